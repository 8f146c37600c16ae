"""The values of a stack's parameters, of which some are what earlier stacks put out."""

from collections.abc import Mapping

from fairway.domain.aws.stack import OutputOf, Stack
from fairway.errors import Conflict

Outputs = Mapping[str, Mapping[str, str]]
"""What each stack puts out, by its name."""


def resolve(stack: Stack, outputs: Outputs) -> dict[str, str]:
    """Every value. Raises Conflict for an output that is not there, by which somebody else changed an earlier stack."""
    values = known(stack, outputs)
    missing = {name: value for name, value in stack.parameters.items() if name not in values}
    for name, value in missing.items():
        assert isinstance(value, OutputOf)
        raise Conflict(
            f"{stack.name} can't be made: {value.stack} puts out no {value.output}",
            why=f"its parameter {name} is to have that value",
            hint=f"has somebody changed {value.stack} by hand? fairway aws plan shows what differs",
        )
    return values


def known(stack: Stack, outputs: Outputs) -> dict[str, str]:
    """The values that are known so far."""
    found: dict[str, str] = {}
    for name, value in stack.parameters.items():
        if isinstance(value, str):
            found[name] = value
        elif (output := outputs.get(value.stack, {}).get(value.output)) is not None:
            found[name] = output
    return found


def unknown(stack: Stack, values: Mapping[str, str], present: Mapping[str, str]) -> tuple[str, ...]:
    """The template's parameters that have no value yet: none that is known, none that the stack has, no default."""
    declared = stack.template.get("Parameters", {})
    return tuple(
        name
        for name, parameter in declared.items()
        if name not in values and name not in present and "Default" not in parameter
    )

"""Change sets in memory: what a stack would become, and how that differs from what it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from fairway.adapters.memory.cloud_held import Held, Wanted, outputs
from fairway.adapters.memory.cloud_resources import compare
from fairway.adapters.memory.cloud_values import ACCOUNT, REGION, Scope
from fairway.domain.aws.stack import SeenStack, Stack
from fairway.domain.aws.states import PROPOSED
from fairway.errors import UsageError


@dataclass(slots=True, kw_only=True)
class Proposal:
    """A change set; `done` once it was executed. `role` is the one that CloudFormation would work under."""

    stack: Held
    wanted: Wanted
    creates: bool
    role: str | None
    done: bool = False


def unmade(name: str, number: int, broken: Mapping[tuple[str, str], str]) -> Held:
    """A stack that is there only to be proposed."""
    id = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/{number:08d}"
    held = Held(seen=SeenStack(name=name, id=id, status=PROPOSED), broken=broken)
    held.become(PROPOSED, "User Initiated")
    return held


def want(held: Held, stack: Stack, parameters: Mapping[str, str]) -> Wanted:
    """What the stack would become. Raises UsageError for parameters without a value, and for ones that are not in the
    template."""
    values = valued(stack, held.seen.parameters, parameters)
    scope = Scope(template=stack.template, stack=stack.name, parameters=values, physical={})
    tags_change = bool(held.resources) and dict(held.seen.tags) != dict(stack.tags)
    changes = compare(held.resources, scope, tags_change=tags_change)
    return Wanted(template=stack.template, parameters=values, tags=dict(stack.tags), changes=changes)


def differs(held: Held, wanted: Wanted) -> bool:
    """Whether anything would change: a resource, or an output."""
    return bool(wanted.changes) or outputs(held.scope(wanted)) != dict(held.seen.outputs)


def valued(stack: Stack, earlier: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The template's parameters with what was given, what the stack has, or the default."""
    declared = stack.template.get("Parameters", {})
    if unknown := sorted(given.keys() - declared.keys()):
        raise UsageError(f"CloudFormation refuses stack {stack.name}", why=f"no such parameters: {', '.join(unknown)}")
    defaults = {name: str(each["Default"]) for name, each in declared.items() if "Default" in each}
    values = {**defaults, **{name: value for name, value in earlier.items() if name in declared}, **given}
    if missing := sorted(declared.keys() - values.keys()):
        raise UsageError(
            f"CloudFormation refuses stack {stack.name}", why=f"parameters without a value: {', '.join(missing)}"
        )
    return values

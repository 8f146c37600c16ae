"""Where the services' stack meets the others: what it takes from them, and whether they are as the commit wants them.

A deployment changes the services alone. An output that the new template takes and nobody puts out yet stops it: a
database that was added, say. That another stack only differs is told and no more. It may be older or newer than the
commit, and a pipeline that goes back to an earlier commit meets stacks of later ones each time.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fairway.domain.aws.stack import Kind, OutputOf, Stack
from fairway.domain.ids import EnvironmentName
from fairway.errors import Conflict, NotFound
from fairway.ports.stacks import Stacks

MOST = 5
"""Resources that a line names."""


async def resolve(stack: Stack, stacks: Stacks) -> dict[str, str]:
    """The values of the parameters that other stacks give. Raises Conflict that names every output which is not there
    yet."""
    wanted = {name: value for name, value in stack.parameters.items() if isinstance(value, OutputOf)}
    seen = {name: await stacks.find(name) for name in sorted({each.stack for each in wanted.values()})}
    values = {name: value for name, value in stack.parameters.items() if isinstance(value, str)}
    missing: list[str] = []
    for name, output in wanted.items():
        found = seen[output.stack]
        value = found.outputs.get(output.output) if found is not None else None
        if value is None:
            missing.append(f"{output.stack} puts out no {output.output}")
        else:
            values[name] = value
    if missing:
        raise Conflict(
            "this commit needs more than there is on AWS yet",
            why="; ".join(missing),
            hint="fairway aws up, in a checkout of this commit; then try this stage again",
        )
    return values


async def differences(wanted: Sequence[Stack], environment: EnvironmentName, stacks: Stacks) -> list[str]:
    """A line for each other stack that is not as the commit wants it, with the resources that differ. Other
    environments' are left alone."""
    lines = []
    for stack in wanted:
        if stack.kind is Kind.SERVICES or stack.environment not in (None, environment):
            continue
        try:
            there = await stacks.template(stack.name)
        except NotFound:
            lines.append(f"warning: there is no stack {stack.name}; fairway aws up makes it")
            continue
        if differing := differ(there, stack.template):
            named = ", ".join(differing[:MOST]) + (f" and {len(differing) - MOST} more" if differing[MOST:] else "")
            lines.append(f"warning: {stack.name} is not as this commit wants it ({named}); fairway aws up changes that")
    return lines


def differ(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The resources that are not the same in both templates; the names of other sections where those differ."""
    mine, yours = one.get("Resources", {}), other.get("Resources", {})
    found = sorted(name for name in {*mine, *yours} if plain(mine.get(name)) != plain(yours.get(name)))
    sections = ("Parameters", "Conditions", "Outputs")
    return found + [name for name in sections if plain(one.get(name) or {}) != plain(other.get(name) or {})]


def plain(value: Any) -> str:
    """Text that is equal for what is equal in JSON: CloudFormation gives a template back with its own order of keys."""
    return json.dumps(value, sort_keys=True, default=str)

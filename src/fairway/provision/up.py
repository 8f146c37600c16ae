"""The whole app is brought to what `fairway.toml` says, stack after stack, in their order.

An environment's variables come in between its data and its services: a task definition names each of them in the
secret, and a task whose variable is not there does not start.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fairway.domain.aws import templates
from fairway.domain.aws.stack import Kind, SeenStack, Stack
from fairway.domain.ids import EnvironmentName
from fairway.provision import filling, raising, wiring
from fairway.provision.parts import Parts
from fairway.provision.raising import Wish

NOTHING: Mapping[str, SeenStack] = MappingProxyType({})


async def up(
    parts: Parts,
    stacks: Sequence[Stack],
    files: Mapping[EnvironmentName, Mapping[str, str]],
    wish: Wish,
    *,
    settled: Mapping[str, SeenStack] = NOTHING,
) -> Mapping[str, SeenStack]:
    """Every stack by its name, as it stands at the end. `files` has each environment's variables from its env file,
    `settled` the stacks that a plan has just found as they are wanted (`Preview.settled`): they are not asked again.

    Raises UsageError for a template that is too large, before anything is made, and what `raising.bring` raises; what
    was made until then stays, and the next call goes on from there.
    """
    templates.require_sendable(stacks)
    seen: dict[str, SeenStack] = {}
    for stack in stacks:
        outputs = {name: each.outputs for name, each in seen.items()}
        if stack.name in settled:
            seen[stack.name] = await raising.leave(parts, stack, settled[stack.name])
        else:
            seen[stack.name] = await raising.bring(parts, stack, wiring.resolve(stack, outputs), wish)
        if stack.kind is Kind.DATA and stack.environment is not None:
            await filling.fill(parts, wish.app, stack.environment, files.get(stack.environment, {}))
    return seen

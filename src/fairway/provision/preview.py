"""What `up` would do, computed without doing it.

Of a stack that exists CloudFormation says itself what would change, in a change set that is discarded again. Of one
that does not exist everything is new, and that is computed here: a change set would leave a proposed stack behind. So
it is of one that moves or has failed, which takes no change set, and of one that waits for what an earlier one is only
about to put out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairway.cloudformation import differ
from fairway.domain.aws import approach, byhand, templates
from fairway.domain.aws.approach import Approach
from fairway.domain.aws.seen import Drifted
from fairway.domain.aws.stack import ChangeSet, SeenStack, Stack
from fairway.ports.stacks import Stacks
from fairway.provision import wiring

NOTES = {
    Approach.WAIT: "somebody is at work on it, so this is compared with its template alone",
    Approach.REMAKE: "its creation failed before: it is deleted and made again",
    Approach.RECOVER: "its last change could not be taken back: fairway aws up --recover",
    Approach.STUCK: "it is half deleted: fairway aws down",
}

FOLLOWS = "it takes what an earlier stack is about to put out, so this is compared with its template alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One stack: as it is (None: not at all), what would change, and the template that it has (None: none). `drifted`
    is what somebody has changed by hand, when that was asked for."""

    stack: Stack
    seen: SeenStack | None
    changes: ChangeSet
    template: Mapping[str, Any] | None = None
    note: str = ""
    drifted: tuple[Drifted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Every stack that is wanted, in order, and the app's stacks that nothing asks for any more."""

    planned: tuple[Planned, ...]
    left: tuple[SeenStack, ...] = ()

    @property
    def changes(self) -> tuple[ChangeSet, ...]:
        """Those that would do anything."""
        return tuple(each.changes for each in self.planned if acts(each.changes))

    @property
    def settled(self) -> Mapping[str, SeenStack]:
        """The first stacks, up to one that changes, which are as they are wanted; by name. What comes after one that
        changes may take another output of it."""
        found: dict[str, SeenStack] = {}
        for each in self.planned:
            if each.seen is None or each.note or acts(each.changes):
                break
            found[each.stack.name] = each.seen
        return found

    @property
    def losing(self) -> tuple[ChangeSet, ...]:
        """Those by which data would be lost."""
        return tuple(changes for changes in self.changes if changes.losses)


def acts(changes: ChangeSet) -> bool:
    """Whether executing it would do anything: outputs and tags change without a resource that does."""
    return not changes.empty or changes.creates


async def preview(stacks: Stacks, app: str, wanted: Sequence[Stack], *, drift: bool = False) -> Preview:
    """What would change in the account; with `drift` also what somebody has changed by hand, which takes minutes.
    Raises UsageError for a template that is too large to be sent, Conflict for a name that is taken, and what the port
    raises."""
    templates.require_sendable(wanted)
    present = {each.name: each for each in await stacks.of_app(app)}
    outputs = {name: each.outputs for name, each in present.items()}
    planned = [await plan_one(stacks, app, stack, outputs, drift=drift) for stack in wanted]
    names = {stack.name for stack in wanted}
    return Preview(planned=tuple(planned), left=tuple(each for name, each in present.items() if name not in names))


async def plan_one(stacks: Stacks, app: str, stack: Stack, outputs: wiring.Outputs, *, drift: bool) -> Planned:
    """One stack's part of it."""
    seen = await stacks.find(stack.name)
    if seen is not None:
        approach.require_own(seen, app)
    decided = approach.decide(seen)
    if decided in (Approach.MAKE, Approach.REMAKE):
        return Planned(stack=stack, seen=None, changes=fresh(stack), note=NOTES.get(decided, ""))
    template, values = await stacks.template(stack.name), wiring.known(stack, outputs)
    waits = seen is not None and wiring.unknown(stack, values, seen.parameters)
    if decided is not Approach.CHANGE or waits:
        changes = differ.diff(stack.name, template, stack.template)
        note = NOTES.get(decided, FOLLOWS)
        return Planned(stack=stack, seen=seen, changes=changes, template=template, note=note)
    changes = await stacks.propose(stack, values)
    if changes.id:
        await stacks.discard(changes)
    drifted = byhand.told(await stacks.drift(stack.name)) if drift else ()
    return Planned(stack=stack, seen=seen, changes=changes, template=template, drifted=drifted)


def fresh(stack: Stack) -> ChangeSet:
    """The changes by which a stack is made that does not exist."""
    return differ.diff(stack.name, None, stack.template)


def offline(wanted: Sequence[Stack], earlier: Mapping[str, Mapping[str, Any]]) -> Preview:
    """What would change against templates that were exported before, by the stacks' names; without an account."""
    planned = tuple(
        Planned(
            stack=stack,
            seen=None,
            changes=differ.diff(stack.name, earlier.get(stack.name), stack.template),
            template=earlier.get(stack.name),
        )
        for stack in wanted
    )
    wanted_names = {stack.name for stack in wanted}
    left = tuple(SeenStack(name=name, id="", status="EXPORTED") for name in sorted(earlier) if name not in wanted_names)
    return Preview(planned=planned, left=left)

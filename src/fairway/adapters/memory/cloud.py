"""CloudFormation in memory: stacks are sets of resources, and what happens to them happens event by event.

It goes one step on whenever `find`, `of_app` or `events` looks at a stack; with `pace` 0 it rests until `finish`. What
a resource does wrong is told to it by `break_resource`; what the calls do wrong, by `faults`.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fairway.adapters.memory import cloud_proposing, cloud_work
from fairway.adapters.memory.cloud_held import Held
from fairway.adapters.memory.cloud_proposing import Proposal
from fairway.adapters.memory.cloud_values import ACCOUNT, REGION
from fairway.adapters.memory.faults import Faults
from fairway.domain.aws import names, states, templates
from fairway.domain.aws.seen import Drifted
from fairway.domain.aws.stack import APP_TAG, ChangeSet, Kind, SeenStack, Stack, StackEvent


class MemoryStacks:
    """`ports.stacks.Stacks`. `held` are the stacks that exist, by name; `deleted` those that did, the oldest first;
    `drifted` what somebody has changed of them by hand."""

    def __init__(self, *, pace: int = 1) -> None:
        self.faults = Faults()
        self.pace = pace
        self.held: dict[str, Held] = {}
        self.deleted: list[Held] = []
        self.drifted: dict[str, tuple[Drifted, ...]] = {}
        self.proposals: dict[str, Proposal] = {}
        self._broken: dict[tuple[str, str], str] = {}
        self._numbers = itertools.count(1)

    async def find(self, name: str) -> SeenStack | None:
        """The stack; while it lies: none."""
        if await self.faults.meet("find"):
            return None
        self._advance(name)
        stack = self.held.get(name)
        return stack.seen if stack else None

    async def of_app(self, app: str) -> Sequence[SeenStack]:
        """Those with the app's tag; while it lies: none."""
        if await self.faults.meet("of_app"):
            return ()
        for name in [*self.held]:
            self._advance(name)
        return [held.seen for _, held in sorted(self.held.items()) if held.seen.tags.get(APP_TAG) == app]

    async def template(self, name: str) -> Mapping[str, Any]:
        """What the stack was made from; while it lies: nothing. Raises NotFound for no stack."""
        if await self.faults.meet("template"):
            return {}
        return self._existing(name).template

    async def propose(self, stack: Stack, parameters: Mapping[str, str], *, role: str | None = None) -> ChangeSet:
        """Compare; while it lies: nothing would change."""
        if await self.faults.meet("propose"):
            return ChangeSet(stack=stack.name)
        templates.require_sendable([stack])
        held = self.held.get(stack.name)
        if held is None:
            held = cloud_proposing.unmade(stack.name, next(self._numbers), self._broken)
        if refusal := states.why_not_changed(held.seen):
            raise refusal
        if templates.large(stack):
            registry = self.held.get(names.stack(stack.tags.get(APP_TAG, ""), Kind.REGISTRY))
            templates.bucket_for(stack, registry.seen if registry else None)
        creates = held.seen.status == states.PROPOSED
        wanted = cloud_proposing.want(held, stack, parameters)
        if not creates and not cloud_proposing.differs(held, wanted):
            return ChangeSet(stack=stack.name)
        id = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:changeSet/fairway-{next(self._numbers)}"
        self.proposals[id] = Proposal(stack=held, wanted=wanted, creates=creates, role=role)
        self.held[stack.name] = held
        return ChangeSet(stack=stack.name, changes=wanted.changes, id=id, creates=creates)

    async def discard(self, changes: ChangeSet) -> None:
        """Forget the proposal, and the stack when it was one only."""
        if await self.faults.meet("discard"):
            return
        proposal = self.proposals.pop(changes.id, None)
        if proposal is None or any(each.stack is proposal.stack for each in self.proposals.values()):
            return
        if proposal.stack.seen.status == states.PROPOSED:
            del self.held[changes.stack]

    async def execute(self, changes: ChangeSet) -> None:
        """Begin; what else was proposed for the stack is void from then on."""
        if await self.faults.meet("execute") or changes.empty:
            return
        proposal = self.proposals.get(changes.id)
        if proposal is None:
            raise states.gone(changes)
        if proposal.done:
            return
        stack, wanted = proposal.stack, proposal.wanted
        if refusal := states.why_not_changed(stack.seen):
            raise refusal
        proposal.done = True
        self.proposals = {
            id: each for id, each in self.proposals.items() if each.stack is not stack or each is proposal
        }
        self._begin(stack, (cloud_work.create if proposal.creates else cloud_work.update)(stack, wanted))

    async def events(self, name: str, after: str = "") -> Sequence[StackEvent]:
        """What happened; while it lies: nothing. Raises NotFound for a name that no stack has, and had."""
        if await self.faults.meet("events"):
            return ()
        self._advance(name)
        events = self._ever(name).events
        seen = [event.id for event in events]
        return events[seen.index(after) + 1 if after in seen else 0 :]

    async def protect(self, name: str, *, on: bool) -> None:
        """Turn it on or off."""
        if not await self.faults.meet("protect"):
            stack = self._existing(name)
            stack.seen = replace(stack.seen, protected=on)

    async def delete(self, name: str, *, keep: Sequence[str] = ()) -> None:
        """Begin; one that is gone, or going, is left to it."""
        if await self.faults.meet("delete") or name not in self.held:
            return
        stack = self.held[name]
        if refusal := states.why_not_deleted(stack.seen, keeps=bool(keep)):
            raise refusal
        if not stack.seen.moving:
            self._begin(stack, cloud_work.delete(stack, tuple(keep)))

    async def cancel(self, name: str) -> None:
        """Go back from where the update is."""
        if await self.faults.meet("cancel"):
            return
        stack = self._existing(name)
        if stack.seen.status == states.UPDATING:
            self._begin(stack, cloud_work.go_back(stack, "User Initiated"))

    async def recover(self, name: str, *, skip: Sequence[str] = ()) -> None:
        """Begin to go back once more."""
        if await self.faults.meet("recover"):
            return
        stack = self._existing(name)
        if refusal := states.why_not_recovered(stack.seen):
            raise refusal
        self._begin(stack, cloud_work.go_back(stack, skip=tuple(skip)))

    async def resources(self, name: str) -> Mapping[str, tuple[str, str]]:
        """What is in the stack; while it lies: nothing."""
        if await self.faults.meet("resources"):
            return {}
        return {each.logical: (each.type, each.physical) for each in self._existing(name).resources.values()}

    async def drift(self, name: str) -> Sequence[Drifted]:
        """What `drifted` has of the stack; while it lies: nothing."""
        if await self.faults.meet("drift"):
            return ()
        self._existing(name)
        return self.drifted.get(name, ())

    def break_resource(self, logical: str, reason: str, operation: str = "CREATE") -> None:
        """From now on CREATE, UPDATE, DELETE or ROLLBACK (going back) of that resource fails, for that reason."""
        self._broken[logical, operation] = reason

    def mend_resource(self, logical: str) -> None:
        """The resource does as it is told again."""
        for key in [key for key in self._broken if key[0] == logical]:
            del self._broken[key]

    def finish(self, name: str) -> None:
        """Let CloudFormation do all that it still has to do with the stack."""
        while name in self.held and self._step(self.held[name]):
            pass

    def put(self, seen: SeenStack) -> None:
        """Let a stack be in any state at all, at rest, whatever led there."""
        held = self.held.setdefault(seen.name, Held(seen=seen, broken=self._broken))
        held.seen, held.work = seen, None

    def _begin(self, stack: Held, work: Iterator[None]) -> None:
        stack.work = work
        stack.step()

    def _advance(self, name: str) -> None:
        for _ in range(self.pace):
            if name in self.held:
                self._step(self.held[name])

    def _step(self, stack: Held) -> bool:
        went_on = stack.step()
        if stack.seen.status == "DELETE_COMPLETE" and self.held.get(stack.seen.name) is stack:
            self.deleted.append(self.held.pop(stack.seen.name))
        return went_on

    def _existing(self, name: str) -> Held:
        if name not in self.held:
            raise states.no_stack(name)
        return self.held[name]

    def _ever(self, name: str) -> Held:
        """A stack by its name, or by its id even when it was deleted."""
        for held in (*self.held.values(), *self.deleted):
            if name == held.seen.id or (name == held.seen.name and held not in self.deleted):
                return held
        raise states.no_stack(name)

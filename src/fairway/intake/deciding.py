"""What becomes of one ref that was pushed: an execution, or it is kept and the reason said.

Whatever is decided, the ref is marked as seen afterwards: what is not marked when the server starts was pushed while
none ran, or by a push whose decision the server did not live to see, and is decided upon then.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from fairway.domain.app import Source
from fairway.domain.execution import Execution, Kind, Revision, Trigger
from fairway.domain.ids import AppName, ExecutionNumber
from fairway.domain.search import DEPLOYING
from fairway.errors import NotFound
from fairway.intake import filters, skipping
from fairway.intake.description import Described, Describer
from fairway.intake.filters import Pushed
from fairway.intake.push import Kept, Outcome, Push, Started, Update, deploying
from fairway.intake.scheduling import Scheduler
from fairway.ports.clock import Clock
from fairway.ports.source import Head, Repositories
from fairway.ports.stores import AppRecord, Executions

RECENT = 20
CROWD = 3
"""Tags that one push may deploy. `git push --tags` brings every old one along; GitHub has the same number."""

Submit = Callable[[AppName, ExecutionNumber], Awaitable[None]]
"""Tells the pipeline that there is a new execution; the same one a second time does nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Decides, creates and submits. The caller lets one app's pushes in one at a time."""

    executions: Executions
    repositories: Repositories
    describer: Describer
    submit: Submit
    clock: Clock
    scheduler: Scheduler

    async def decide(self, record: AppRecord, push: Push, kind: str) -> Sequence[Outcome]:
        """What becomes of each ref of the push, in their order; `kind` is the trigger's."""
        tags = {each.tag: each.new for each in push.updates if each.tag is not None and each.new is not None}
        if len(tags) <= CROWD:
            return [await self._decide(record, push, update, kind) for update in push.updates]
        # All with one process of git: there may be thousands.
        await self.repositories.mark_tags_seen(record.name, tags)
        reason = f"nothing is deployed (more than {CROWD} tags came at once)"
        return [
            Kept(update=update, reason=reason) if update.tag in tags else await self._decide(record, push, update, kind)
            for update in push.updates
        ]

    async def _decide(self, record: AppRecord, push: Push, update: Update, kind: str) -> Outcome:
        if update.branch is not None:
            return await self._branch(record, push, update, update.branch, kind)
        if update.tag is not None:
            return await self._tag(record, push, update, update.tag, kind)
        return Kept(update=update, reason="nothing is deployed (only a push of a branch or a tag deploys)")

    async def _branch(self, record: AppRecord, push: Push, update: Update, branch: str, kind: str) -> Outcome:
        if update.new is None:
            return Kept(update=update, reason="the branch is deleted; what runs goes on running")
        # Four git processes at once: what stands between a push and its build is counted in milliseconds.
        described, heads, revision, message = await asyncio.gather(
            self.describer.describe(record, update.new),
            self.repositories.heads(record.name),
            self.repositories.revision(record.name, update.new, branch),
            self.repositories.message(record.name, update.new),
        )
        head = next((head for head in heads if head.branch == branch), None)
        if overtaken := _overtaken(update, head):
            # Nothing is marked or noted: what this push says is older than what is known.
            return Kept(update=update, reason=overtaken)
        # Before the execution is made: who dies after that does not look at the head's file again.
        await self.scheduler.note(record.name, branch, described.source)
        outcome: Outcome
        if reason := skipping.why(push.options, message) or await self._filtered(record, update, branch, described):
            outcome = _keep(update, reason, branch)
        else:
            execution = await self._start(record, push, update, revision, described, kind)
            outcome = Started(update=update, execution=execution, forced=await self._is_forced(record, update))
        await self.repositories.mark_seen(record.name, branch, update.new)
        return outcome

    async def settle(self, record: AppRecord, head: Head) -> None:
        """The head of a branch has its execution already: only its file is noted, and that it was seen."""
        described = await self.describer.describe(record, head.commit)
        await self.scheduler.note(record.name, head.branch, described.source)
        await self.repositories.mark_seen(record.name, head.branch, head.commit)

    async def _tag(self, record: AppRecord, push: Push, update: Update, tag: str, kind: str) -> Outcome:
        if update.new is None:
            return Kept(update=update, reason="the tag is deleted; what runs goes on running")
        outcome = await self._living_tag(record, push, update, tag, kind, update.new)
        await self.repositories.mark_tags_seen(record.name, {tag: update.new})
        return outcome

    async def _living_tag(
        self, record: AppRecord, push: Push, update: Update, tag: str, kind: str, object: str
    ) -> Outcome:
        try:
            commit = await self.repositories.resolve(record.name, object)
        except NotFound:
            return Kept(update=update, reason="nothing is deployed (the tag names no commit)")
        described, revision = await asyncio.gather(
            self.describer.describe(record, commit), self.repositories.revision(record.name, commit, "")
        )
        # A word in the message does not count here: release tools write it into the very commit that they tag.
        reason = skipping.why(push.options, "")
        reason = reason or filters.why_kept(described.source or Source(), Pushed(name=tag, tag=True))
        if reason:
            return _keep(update, reason, tag)
        execution = await self._start(record, push, update, replace(revision, tag=tag), described, kind)
        return Started(update=update, execution=execution)

    async def _start(
        self, record: AppRecord, push: Push, update: Update, revision: Revision, described: Described, kind: str
    ) -> Execution:
        execution = await self.executions.create(
            record.name,
            revision,
            Trigger(kind=kind, by=push.by),
            described.definition,
            at=self.clock.now(),
            override=described.override,
            key=f"{record.name} {update.old} {update.new} {update.ref} {push.id}",
        )
        await self.submit(record.name, execution.number)
        return execution

    async def _filtered(self, record: AppRecord, update: Update, branch: str, described: Described) -> str:
        """Which filter keeps the push, "" when none does."""
        source = described.source
        if source is None:
            last = await self._last_branch(record)
            return "" if last in (None, branch) else f"source.branch is {last}"
        changed: tuple[str, ...] = ()
        if update.new and filters.compares(source, branch):
            changed = tuple(await self.repositories.changed(record.name, update.old, update.new))
        return filters.why_kept(source, Pushed(name=branch, changed=changed, first=update.old is None))

    async def _last_branch(self, record: AppRecord) -> str | None:
        recent = await self.pushed(record)
        return next((execution.revision.branch for execution in recent if execution.revision.branch), None)

    async def pushed(self, record: AppRecord) -> Sequence[Execution]:
        """The latest executions, without the rollbacks: their commits are earlier ones again."""
        found = await self.executions.list(record.name, limit=RECENT, search=DEPLOYING)
        return [execution for execution in found if execution.kind is Kind.STANDARD]

    async def _is_forced(self, record: AppRecord, update: Update) -> bool:
        if not update.old or not update.new:
            return False
        return await self.repositories.count(record.name, update.old, update.new) is None


def _keep(update: Update, reason: str, ref: str) -> Kept:
    return Kept(update=update, reason=f"nothing is deployed ({reason})", command=deploying(ref))


def _overtaken(update: Update, head: Head | None) -> str:
    """Two pushes, A and then B, whose announcements arrived as B, A: B is on its way already, and A after it would take
    the app back."""
    if head and head.commit != update.new and head.seen == head.commit:
        return f"nothing is deployed (a newer push, {head.commit[:7]}, has overtaken it)"
    return ""

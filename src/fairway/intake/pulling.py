"""Pull requests: what a forge told of them becomes executions that build and test their heads, or is kept.

The code is a stranger's. Whether it is tried says the fairway.toml of the branch that it goes to, which is asked before
anything of it is fetched; what the pull request's own file says of filters and stages is not believed. The invariants:
whatever was told is decided upon sooner or later; a head is tried once for each time that its pull request was opened;
when a pull request closes, nothing of it waits any longer.
"""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from fairway.domain import following, pipeline
from fairway.domain.app import PullEvent
from fairway.domain.app import Source as Filters
from fairway.domain.execution import INSIDE, Execution, Trigger
from fairway.domain.ids import AppName
from fairway.domain.pulls import Noted
from fairway.errors import Conflict, FairwayError, NotFound, UsageError
from fairway.intake import filters, skipping
from fairway.intake.deciding import Submit
from fairway.intake.description import Describer
from fairway.intake.push import Kept, Outcome, Started, Update
from fairway.ports.clock import Clock
from fairway.ports.source import Repositories
from fairway.ports.sources import Remote, Remotes, Sources
from fairway.ports.stores import AppRecord, Apps, Executions

REFS = "refs/pull-requests/"
"""How outcomes name them, whatever the forge does."""

Stop = Callable[[AppName, int], Awaitable[None]]
"""Stops an execution as `Executor.stop` does with `wait`. Raises Conflict when it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulling:
    """Decides, creates, submits and stops. The caller lets one app's fetches in one at a time."""

    apps: Apps
    sources: Sources
    executions: Executions
    repositories: Repositories
    remotes: Remotes
    describer: Describer
    submit: Submit
    stop: Stop
    clock: Clock

    async def see_to(self, app: AppName, remote: Remote, *, kind: str, began: float) -> Sequence[Outcome]:
        """Decide upon what was told and is not decided. The branches have been fetched, since `began`. `kind` is the
        trigger's. When the forge tells of something new meanwhile, the rest is left to the fetch that follows: however
        many pull requests there are and however large, a push waits for one of them at most.

        Raises what `Remotes.fetch_pull` raises; then too what is left is decided upon the next time.
        """
        undecided = [each for each in await self.sources.pulls(app) if not each.decided]
        outcomes = []
        for noted in undecided:
            outcome = await self._decide(await self.apps.get(app), remote, noted, kind)
            await self.sources.settle_pull(app, noted, head=outcome.update.new or "")
            outcomes.append(outcome)
            source = await self.sources.get(app)
            if source is None or following.is_wanted(source.wanted_at, began):
                break
        return outcomes

    async def look(self, app: AppName, remote: Remote) -> bool:
        """Whether the head of an open pull request is another one than the last that was found; it is noted then. No
        ref tells where a pull request goes, so only those are found here that the forge told of."""
        known = [each for each in await self.sources.pulls(app) if is_open(each) and each.head]
        if not known:
            return False
        heads = await self.remotes.look_at(app, remote, sorted({each.pull.ref for each in known}))
        at, moved = self.clock.now(), [each for each in known if heads.get(each.pull.ref, each.head) != each.head]
        for each in moved:
            pull = replace(each.pull, event=PullEvent.UPDATED, by="")
            await self.sources.accept(app, f"look {pull.number} {at}", at=at, by="", pull=pull)
        return bool(moved)

    async def _decide(self, record: AppRecord, remote: Remote, noted: Noted, kind: str) -> Outcome:
        pull = noted.pull
        nothing = Update(ref=f"{REFS}{pull.number}", old=None, new=None)
        if pull.event is PullEvent.CLOSED:
            await self._stop_waiting(record.name, pull.number)
        target = await self._target(record, pull.target)
        if target is None:
            return _keep(nothing, f"its target {pull.target} is no branch here")
        base, asked = target
        if reason := filters.why_pull_request_kept(asked, pull.event, pull.target, None):
            return _keep(nothing, reason)
        try:
            head = await self.remotes.fetch_pull(record.name, remote, pull.number, pull.ref) if pull.ref else None
        except UsageError as error:
            # The branches could be read: it is this one that can't, and must not stand in the way of the others.
            return _keep(nothing, f"its head can't be fetched: {error.what}")
        if head is None:
            return _keep(nothing, f"its head is not at the forge: {pull.ref or 'it comes from a fork'}")
        return await self._try(record, replace(nothing, new=head), noted, base, asked, head, kind)

    async def _target(self, record: AppRecord, branch: str) -> tuple[str, Filters] | None:
        """The head of the branch that it goes to, and what that one's fairway.toml takes; None without the branch."""
        try:
            base = await self.repositories.head(record.name, branch)
        except UsageError:
            return None
        if base is None:
            return None
        described = await self.describer.describe(record, base)
        return base, described.source or Filters()

    async def _try(
        self, record: AppRecord, update: Update, noted: Noted, base: str, asked: Filters, head: str, kind: str
    ) -> Outcome:
        app, pull = record.name, noted.pull
        fork = await self.repositories.base(app, base, head)
        # What is merged already has no files of its own any more; those are not asked for then.
        changed = None if fork == head else await self.repositories.changed(app, fork, head)
        message = await self.repositories.message(app, head)
        if reason := filters.why_pull_request_kept(asked, pull.event, pull.target, changed) or skipping.why(
            (), message
        ):
            return _keep(update, reason)
        turn = f"{noted.opened} {'closed' if pull.event is PullEvent.CLOSED else 'open'}"
        execution = await self.executions.create(
            app,
            replace(await self.repositories.revision(app, head, ""), pull_request=pull.number),
            Trigger(kind=kind, by=pull.by),
            pipeline.define_pull_request(),
            at=self.clock.now(),
            key=f"{app} pull request {pull.number} {turn} {pull.target} {head}",
        )
        await self.submit(app, execution.number)
        return Started(update=update, execution=execution)

    async def _stop_waiting(self, app: AppName, number: int) -> None:
        for execution in await self.executions.contenders(app):
            if execution.revision.pull_request == number and waits_or_goes_on(execution):
                with contextlib.suppress(Conflict, NotFound):
                    await self.stop(app, execution.number)


def is_open(noted: Noted) -> bool:
    """Whether the pull request is, as far as was told."""
    return noted.pull.event is not PullEvent.CLOSED


def waits_or_goes_on(execution: Execution) -> bool:
    """Whether a stage is still to come; what is in its last one may end well."""
    stage = execution.place
    return stage is not None and not (stage is execution.stages[-1] and stage.status in INSIDE)


def refuse(app: str, name: str) -> FairwayError:
    """The error for who wants to deploy what only a pull request has brought."""
    return Conflict(
        f"{name} of {app} is not deployed",
        why="no branch or tag has it, so it may have come with a pull request",
        hint="merge it at the forge, or push it to a branch of your own",
    )


def _keep(update: Update, reason: str) -> Kept:
    return Kept(update=update, reason=f"nothing is tried ({reason})")

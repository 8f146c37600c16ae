"""A push or a command becomes one execution, or is kept with the reason said.

In comes what the git hook announces, what `fairway deploy` asks for, what a schedule names, and at each start what was
pushed while no server ran; out goes a QUEUED execution, submitted to the pipeline. Nothing is built or judged here.
The invariants: a push is announced as often as you like and starts once; a push that was kept by git is decided upon
sooner or later, whatever dies in between; a newer commit is never followed by an older one that was merely announced
later.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence

from fairway.domain import pipeline
from fairway.domain.execution import Execution, Trigger
from fairway.errors import FairwayError, NotFound
from fairway.intake import description, pulling
from fairway.intake.deciding import Decider, Submit
from fairway.intake.description import Describer, Load
from fairway.intake.push import BRANCHES, TAGS, Outcome, Push, Update
from fairway.intake.scheduling import Scheduler
from fairway.ports.clock import Clock
from fairway.ports.schedules import Planned, Schedules
from fairway.ports.source import Head, Repositories
from fairway.ports.stores import AppRecord, Apps, Executions

log = logging.getLogger(__name__)
HOOK = "push"
"""The trigger's kind of what the git hook announces; the ids of its pushes are never given twice."""


class Intake:
    """Decides what becomes of what comes in, one thing at a time for each app."""

    def __init__(
        self,
        *,
        apps: Apps,
        executions: Executions,
        repositories: Repositories,
        submit: Submit,
        load: Load,
        clock: Clock,
        schedules: Schedules,
    ) -> None:
        self._apps = apps
        self._executions = executions
        self._repositories = repositories
        self._submit = submit
        self._clock = clock
        self._describer = Describer(repositories, load)
        self._scheduler = Scheduler(schedules, clock)
        self._decider = Decider(
            executions=executions,
            repositories=repositories,
            describer=self._describer,
            submit=submit,
            clock=clock,
            scheduler=self._scheduler,
        )
        self._turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._latest: dict[str, tuple[Push, Sequence[Outcome]]] = {}
        """Of each app the latest push, and what became of it: its hook announces it twice within 100 ms."""

    async def push(self, push: Push, *, kind: str = HOOK) -> Sequence[Outcome]:
        """Decide upon each ref that was pushed, in their order. Raises NotFound for an app that is unknown."""
        record = await self._apps.get(push.app)
        async with self._turn[push.app]:
            if kind != HOOK:
                return await self._decider.decide(record, push, kind)
            latest = self._latest.get(push.app)
            if latest is None or latest[0] != push:
                latest = self._latest[push.app] = push, await self._decider.decide(record, push, kind)
            return latest[1]

    async def deploy(self, app: str, ref: str | None, *, manifest: str | None = None, by: str = "") -> Execution:
        """Start an execution for a branch, tag or commit that was pushed (None: the head of `source.branch`).

        Neither filters nor the commit's message are asked. `manifest` is a fairway.toml's text, used when the commit
        has none, and kept for later pushes without one. Raises NotFound for an unknown app or ref, Conflict for what
        only a pull request has brought, UsageError with its findings for a broken fairway.toml.
        """
        record = await self._apps.get(app)
        if manifest is not None:
            self._describer.load(manifest)
            await self._apps.set_manifest(record.name, manifest)
        fallback = description.sent(manifest or record.manifest, record)
        name = ref if ref else self._describer.load(fallback).source.branch
        async with self._turn[app]:
            commit = await self._repositories.resolve(app, name)
            if await self._repositories.is_foreign(app, commit):
                raise pulling.refuse(app, name)
            branch = name.removeprefix(BRANCHES)
            head = await self._repositories.head(app, branch)
            text = await self._describer.text(app, commit)
            described = self._describer.load(text if text is not None else fallback)
            override = None if text is not None else manifest or record.manifest
            revision = await self._repositories.revision(app, commit, branch if head == commit else "")
            trigger = Trigger(kind="command", by=by)
            if head == commit:
                await self._scheduler.note(record.name, branch, described.source)
            execution = await self._executions.create(
                record.name, revision, trigger, pipeline.define(described), at=self._clock.now(), override=override
            )
            if head == commit:
                await self._repositories.mark_seen(app, branch, commit)
        await self._submit(record.name, execution.number)
        return execution

    async def run(self) -> None:
        """Keep to the schedules, until cancelled; the server keeps it running."""
        await self._scheduler.run(self.start_scheduled)

    async def start_scheduled(self, planned: Planned, due: float) -> None:
        """Deploy the head of the branch for the time `due`, once. Raises NotFound when app or branch have gone."""
        record = await self._apps.get(planned.app)
        async with self._turn[record.name]:
            head = await self._repositories.head(record.name, planned.branch)
            if head is None:
                raise NotFound(f"{record.name} has no branch {planned.branch} any more")
            described = await self._describer.describe(record, head)
            execution = await self._executions.create(
                record.name,
                await self._repositories.revision(record.name, head, planned.branch),
                Trigger(kind="schedule", by=str(planned.schedule)),
                described.definition,
                at=self._clock.now(),
                override=described.override,
                key=f"{record.name} schedule {due:.0f}",
            )
        await self._submit(record.name, execution.number)

    async def resync(self) -> Sequence[Outcome]:
        """Renew every repository's hook, and decide upon the pushes that no server has heard of. Called at start, and
        when apps have come from another server."""
        outcomes: list[Outcome] = []
        for record in await self._apps.list():
            try:
                await self._repositories.create(record.name)
                outcomes += await self._catch_up(record)
            except FairwayError:
                log.exception("pushes could not be looked at", extra={"app": record.name})
        return outcomes

    async def settle(self, app: str, head: Head) -> None:
        """The head of a branch has its execution already: remember that it was seen. Raises NotFound."""
        record = await self._apps.get(app)
        async with self._turn[app]:
            await self._decider.settle(record, head)

    async def _catch_up(self, record: AppRecord) -> Sequence[Outcome]:
        heads = [head for head in await self._repositories.heads(record.name) if head.seen != head.commit]
        tags = [tag for tag in await self._repositories.tags(record.name) if tag.seen != tag.object]
        if not heads and not tags:
            return []
        latest: dict[str, str] = {}
        tagged: set[tuple[str, str]] = set()
        recent = await self._decider.pushed(record)
        for execution in recent:
            latest.setdefault(execution.revision.branch, execution.revision.commit)
            tagged.add((execution.revision.tag, execution.revision.commit))
        updates = []
        for head in heads:
            if latest.get(head.branch) == head.commit:
                # The server died between making the execution and marking the head, or a schedule came first.
                await self._decider.settle(record, head)
            else:
                updates.append(Update(ref=BRANCHES + head.branch, old=head.seen, new=head.commit))
        for tag in tags:
            if (tag.name, tag.commit) in tagged:
                await self._repositories.mark_tags_seen(record.name, {tag.name: tag.object})
            else:
                updates.append(Update(ref=TAGS + tag.name, old=tag.seen, new=tag.object))
        # The same for a start that repeats this one; another when a branch has moved as it did before (A to B, back to
        # A, and to B once more), with an execution of that earlier move.
        id = f"resume after {recent[0].number if recent else 0}"
        push = Push(app=record.name, id=id, by="", updates=tuple(updates))
        return await self.push(push, kind="resume")

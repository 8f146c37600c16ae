"""A push or a command becomes one execution, or is kept with the reason said.

In comes what the git hook announces, what `fairway deploy` asks for, and at each start what was pushed while no server
ran; out goes a QUEUED execution, submitted to the pipeline. Nothing is built or judged here. The invariants: a push is
announced as often as you like and starts once; a push that was kept by git is decided upon sooner or later, whatever
dies in between; a newer commit is never followed by an older one that was merely announced later.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fairway.domain import pipeline
from fairway.domain.app import App
from fairway.domain.execution import Execution, Kind, Trigger
from fairway.domain.ids import AppName, ExecutionNumber
from fairway.domain.pipeline import Definition
from fairway.errors import FairwayError, UsageError
from fairway.intake import filters, skipping
from fairway.intake.push import Kept, Outcome, Push, Started, Update, deploying
from fairway.ports.clock import Clock
from fairway.ports.source import Head, Repositories
from fairway.ports.stores import AppRecord, Apps, Executions

MANIFEST = "fairway.toml"
BARE = Definition(stages=pipeline.plain(pipeline.FIRST))
"""What is expected of a commit whose fairway.toml is broken."""
RECENT = 20
LONGEST = 1024 * 1024
"""Characters of a fairway.toml that are looked into; the stage `source` refuses a longer one."""

Submit = Callable[[AppName, ExecutionNumber], Awaitable[None]]
"""Tells the pipeline that there is a new execution; the same one a second time does nothing."""
Load = Callable[[str], App]
"""Reads the text of a fairway.toml; raises UsageError."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Described:
    """What fairway.toml says of a commit; `override` is its text when it was sent along and not committed.

    A broken one starts an execution all the same, whose stage `source` fails with every finding: the push is on record,
    and `fairway show` tells what is wrong. `branch` None means that it is too broken to tell even that.
    """

    branch: str | None
    paths: tuple[str, ...]
    definition: Definition
    override: str | None


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
    ) -> None:
        self._apps = apps
        self._executions = executions
        self._repositories = repositories
        self._submit = submit
        self._load = load
        self._clock = clock
        self._turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def push(self, push: Push, *, kind: str = "push") -> Sequence[Outcome]:
        """Decide upon each ref that was pushed, in their order. Raises NotFound for an app that is unknown."""
        record = await self._apps.get(push.app)
        async with self._turn[push.app]:
            return [await self._decide(record, push, update, kind) for update in push.updates]

    async def deploy(self, app: str, ref: str | None, *, manifest: str | None = None, by: str = "") -> Execution:
        """Start an execution for a branch, tag or commit that was pushed (None: the head of `source.branch`).

        `manifest` is a fairway.toml's text, used when the commit has none, and kept for later pushes without one.
        Raises NotFound for an unknown app or ref, UsageError with its findings for a broken fairway.toml.
        """
        record = await self._apps.get(app)
        if manifest is not None:
            self._load(manifest)
            await self._apps.set_manifest(record.name, manifest)
        name = ref if ref else self._default_branch(manifest or record.manifest, record)
        async with self._turn[app]:
            commit = await self._repositories.resolve(app, name)
            head = await self._repositories.head(app, name.removeprefix("refs/heads/"))
            text = await self._text(app, commit)
            described = self._load(text if text is not None else self._sent(manifest or record.manifest, record))
            override = None if text is not None else manifest or record.manifest
            revision = await self._repositories.revision(app, commit, name if head == commit else "")
            trigger = Trigger(kind="command", by=by)
            execution = await self._executions.create(
                record.name, revision, trigger, pipeline.define(described), at=self._clock.now(), override=override
            )
            if head == commit:
                await self._repositories.mark_seen(app, name.removeprefix("refs/heads/"), commit)
        await self._submit(record.name, execution.number)
        return execution

    async def resync(self) -> Sequence[Outcome]:
        """Renew every repository's hook, and decide upon the pushes that no server has heard of. Called at start."""
        outcomes: list[Outcome] = []
        for record in await self._apps.list():
            try:
                await self._repositories.create(record.name)
                outcomes += await self._catch_up(record)
            except FairwayError:
                log.exception("pushes could not be looked at", extra={"app": record.name})
        return outcomes

    async def _catch_up(self, record: AppRecord) -> Sequence[Outcome]:
        missed = [head for head in await self._repositories.heads(record.name) if head.seen != head.commit]
        if not missed:
            return []
        latest: dict[str, str] = {}
        for execution in await self._pushed(record):
            latest.setdefault(execution.revision.branch, execution.revision.commit)
        updates = []
        for head in missed:
            if latest.get(head.branch) == head.commit:
                # The server died between making the execution and marking the head.
                await self._repositories.mark_seen(record.name, head.branch, head.commit)
            else:
                updates.append(Update(ref=f"refs/heads/{head.branch}", old=head.seen, new=head.commit))
        push = Push(app=record.name, id="resume", by="", updates=tuple(updates))
        return await self.push(push, kind="resume")

    async def _decide(self, record: AppRecord, push: Push, update: Update, kind: str) -> Outcome:
        branch = update.branch
        if branch is None:
            return Kept(update=update, reason="nothing is deployed (only a push of a branch deploys)")
        if update.new is None:
            return Kept(update=update, reason="the branch is deleted; what runs goes on running")
        # Four git processes at once: what stands between a push and its build is counted in milliseconds.
        described, heads, revision, message = await asyncio.gather(
            self._describe(record, update.new),
            self._repositories.heads(record.name),
            self._repositories.revision(record.name, update.new, branch),
            self._repositories.message(record.name, update.new),
        )
        head = next((head for head in heads if head.branch == branch), None)
        kept = await self._refuse(record, update, described, head, skipping.why(push.options, message))
        if kept:
            await self._repositories.mark_seen(record.name, branch, update.new)
            return kept
        trigger = Trigger(kind=kind, by=push.by)
        execution = await self._executions.create(
            record.name,
            revision,
            trigger,
            described.definition,
            at=self._clock.now(),
            override=described.override,
            key=f"{record.name} {update.old} {update.new} {update.ref} {push.id}",
        )
        await self._submit(record.name, execution.number)
        await self._repositories.mark_seen(record.name, branch, update.new)
        forced = update.old and await self._repositories.count(record.name, update.old, update.new) is None
        return Started(update=update, execution=execution, forced=bool(forced))

    async def _refuse(
        self, record: AppRecord, update: Update, described: _Described, head: Head | None, skipped: str
    ) -> Kept | None:
        """Why the push of a branch starts nothing, None when it shall start."""
        command = deploying(update.branch or "")
        if skipped:
            return Kept(update=update, reason=f"nothing is deployed ({skipped})", command=command)
        if head and head.commit != update.new and head.seen == head.commit:
            # Two pushes, A and then B, whose announcements arrived as B, A: B is on its way already, and A after it
            # would take the app back.
            return Kept(
                update=update, reason=f"nothing is deployed (a newer push, {head.commit[:7]}, has overtaken it)"
            )
        wanted = described.branch if described.branch is not None else await self._last_branch(record)
        if wanted not in (None, update.branch):
            return Kept(update=update, reason=f"nothing is deployed (source.branch is {wanted})", command=command)
        if described.paths and update.new:
            changed = await self._repositories.changed(record.name, update.old, update.new)
            if not filters.passes(changed, described.paths):
                reason = f"nothing is deployed (no changed file passes source.paths: {', '.join(described.paths)})"
                return Kept(update=update, reason=reason, command=command)
        return None

    async def _describe(self, record: AppRecord, commit: str) -> _Described:
        text = await self._text(record.name, commit)
        override = record.manifest if text is None else None
        used = text if text is not None else self._sent(record.manifest, record)
        try:
            app = self._load(used if len(used) <= LONGEST else "")
        except UsageError:
            named = filters.branch_of(used) if len(used) <= LONGEST else None
            branch = "master" if named == "" else named
            return _Described(branch=branch, paths=(), definition=BARE, override=override)
        definition = pipeline.define(app)
        return _Described(branch=app.source.branch, paths=app.source.paths, definition=definition, override=override)

    async def _text(self, app: str, commit: str) -> str | None:
        content = await self._repositories.read(app, commit, MANIFEST)
        return None if content is None else content.decode("utf-8", "replace")

    async def _last_branch(self, record: AppRecord) -> str | None:
        recent = await self._pushed(record)
        return next((execution.revision.branch for execution in recent if execution.revision.branch), None)

    async def _pushed(self, record: AppRecord) -> Sequence[Execution]:
        """The latest executions, without the rollbacks: their commits are earlier ones again."""
        found = await self._executions.list(record.name, limit=RECENT)
        return [execution for execution in found if execution.kind is Kind.STANDARD]

    def _sent(self, manifest: str | None, record: AppRecord) -> str:
        return manifest if manifest is not None else f'app = "{record.name}"\n'

    def _default_branch(self, manifest: str | None, record: AppRecord) -> str:
        return self._load(self._sent(manifest, record)).source.branch

"""An app's code that lives at a forge: where, how it is opened, and bringing what was pushed there.

In comes what somebody sets, and the word that there may be something new; out go pushes through the one door that all
pushes take (`Intake`). What there is to deploy is what the fetch finds, never what somebody said. The invariants: a
move of the remote's branch is decided upon sooner or later, whatever dies in between; secrets are kept sealed, opened
for one call, and shown to nobody; a credential is sent to no other place than it was given for.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from fairway.domain import following, ids
from fairway.domain.ids import AppName
from fairway.domain.pulls import PullRequest
from fairway.errors import Conflict, FairwayError, NotFound
from fairway.intake import sealed, telling, undecided
from fairway.intake.intake import Intake
from fairway.intake.pulling import Pulling
from fairway.intake.push import TAGS, Outcome, Push, Update
from fairway.intake.sealed import Sealing, Wanted
from fairway.intake.telling import Record
from fairway.ports.clock import Clock
from fairway.ports.sealed import WEBHOOK
from fairway.ports.source import Repositories
from fairway.ports.sources import Fetched, Remotes, Source, Sources
from fairway.ports.stores import Apps, Events, Executions

NO_DEPLOY = "fairway.no-deploy"
LONGEST_NAME = 200

log = logging.getLogger(__name__)


class Sourcing:
    """The sources of all apps; `key` is what `environment.key.load` gives."""

    def __init__(
        self,
        *,
        apps: Apps,
        sources: Sources,
        executions: Executions,
        remotes: Remotes,
        repositories: Repositories,
        intake: Intake,
        pulling: Pulling,
        events: Events,
        key: bytes,
        clock: Clock,
    ) -> None:
        self._apps = apps
        self._sources = sources
        self._executions = executions
        self._remotes = remotes
        self._repositories = repositories
        self._intake = intake
        self._pulling = pulling
        self._record = Record(sources, events, clock)
        self._sealing = Sealing(key)
        self._clock = clock
        self._turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def find(self, app: AppName) -> Source | None:
        """Where the app's code comes from, None when it is pushed here."""
        return await self._sources.get(app)

    async def set(self, app: AppName, wanted: Wanted, *, by: str) -> Source:
        """Keep where the app's code comes from, once it was seen that it can be read. Nothing is fetched yet.

        Raises UsageError for an address or a credential that can't be one or is refused, Unavailable when the
        repository can't be reached; then nothing has changed.
        """
        await self._apps.get(app)
        async with self._turn[app]:
            return await self._set(app, wanted, by)

    async def connect(self, app: AppName, wanted: Wanted, *, by: str, deploy: bool = True) -> Sequence[Outcome]:
        """Set and fetch with nothing in between: a look that came first would deploy what `deploy` false keeps. Raises
        as `set` and `fetch` do; what was set stays set when the fetch fails."""
        await self._apps.get(app)
        async with self._turn[app]:
            await self._set(app, wanted, by)
            return await self._fetch(app, kind="fetch", by=by, deploy=deploy)

    async def unset(self, app: AppName, *, by: str) -> None:
        """Forget where the code comes from, and what opened it; what was fetched stays. Raises NotFound."""
        async with self._turn[app]:
            source = await self._require(app)
            await self._sources.delete(app)
            await self._remotes.forget(app)
        await self._record.tell(app, "source.unset", f"{telling.named(source)} is not read any more, unset by {by}")

    async def fetch(self, app: AppName, *, kind: str, by: str = "", deploy: bool = True) -> Sequence[Outcome]:
        """Bring what has moved there, and decide upon it as upon a push; `kind` is the trigger's. `deploy` false keeps
        all of it and starts nothing.

        Raises NotFound without a source, UsageError when it can't be read as it is set, Unavailable when it can't be
        reached; the attempt is on record then.
        """
        async with self._turn[app]:
            return await self._fetch(app, kind=kind, by=by, deploy=deploy)

    async def make_webhook(self, app: AppName, *, replacing: bool, by: str) -> str:
        """A new secret that the forge shall call with, shown this once. Raises NotFound without a source, Conflict when
        there is one already and it is not to be replaced."""
        async with self._turn[app]:
            source = await self._require(app)
            if source.webhook is not None and not replacing:
                raise Conflict(
                    f"{app} has a webhook already",
                    why="its secret is shown once, when it is made",
                    hint="fairway source webhook --replace makes a new one; the forge needs it then",
                )
            secret = sealed.make_secret()
            await self._sources.put(replace(source, webhook=self._sealing.seal(app, WEBHOOK, secret)))
        await self._record.tell(app, "source.webhook", f"a webhook was made for {telling.named(source)} by {by}")
        return secret

    async def webhook_secret(self, app: str) -> str:
        """What the forge must know to call for this app; for one that has no webhook, a secret that nobody knows."""
        source = await self._sources.get(AppName(app)) if ids.NAME.fullmatch(app) else None
        if source is None or source.webhook is None:
            return sealed.make_secret()
        try:
            return self._sealing.unseal(source.app, WEBHOOK, source.webhook)
        except Conflict as error:
            # Whoever calls is nobody yet, and is not told which apps there are.
            log.warning("a webhook can't be checked: %s", error.what, extra={"app": app})
            return sealed.make_secret()

    async def called(self, app: str, delivery: str, *, by: str, pull: PullRequest | None = None) -> None:
        """Remember that the forge says that there is something new, and what it tells of a pull request. Raises
        Conflict for a delivery that is known."""
        name, at = by[:LONGEST_NAME], self._clock.now()
        if not await self._sources.accept(AppName(app), delivery, at=at, by=name, pull=pull):
            raise Conflict("this delivery was taken already", why="a delivery is taken once, by its id")

    async def follow(self, app: AppName) -> None:
        """Fetch what somebody said is there; else look whether something is, and fetch it. Raises as `fetch` does."""
        source = await self._require(app)
        if following.is_wanted(source.wanted_at, source.progress.fetched_at):
            await self.fetch(app, kind="webhook", by=source.wanted_by)
        elif await self._has_moved(app):
            await self.fetch(app, kind="poll")

    async def _set(self, app: AppName, wanted: Wanted, by: str) -> Source:
        before = await self._sources.get(app)
        source = self._sealing.make(app, wanted, before, by=by, at=self._clock.now())
        _, host_keys = await self._remotes.look(app, self._sealing.open(source))
        if before is None or before.url != source.url:
            await self._remotes.forget(app)
        kept = replace(source, progress=replace(source.progress, host_keys=host_keys))
        await self._sources.put(kept)
        await self._record.tell(app, "source.set", f"{telling.named(kept)} is where the code comes from, set by {by}")
        return kept

    async def _fetch(self, app: AppName, *, kind: str, by: str, deploy: bool) -> Sequence[Outcome]:
        source = await self._require(app)
        began = self._clock.now()
        try:
            first = not await self._remotes.settled(app)
            fetched = await self._remotes.fetch(app, self._sealing.open(source))
            outcomes = await self._decide(app, fetched, kind=kind, by=by, deploy=deploy, first=first)
            await self._remotes.settle(app, fetched.moved)
            if deploy:
                tried = await self._pulling.see_to(app, self._sealing.open(source), kind=kind, began=began)
                outcomes = [*outcomes, *tried]
        except FairwayError as error:
            await self._record.failed(source, error, began)
            raise
        except Exception as error:
            # A defect is tried again ever later, as everything that fails.
            defect = FairwayError("what was fetched can't be looked at", why=type(error).__name__)
            await self._record.failed(source, defect, began)
            raise
        await self._record.succeeded(source, fetched.host_keys, began)
        for outcome in outcomes[: telling.TOLD]:
            await self._record.tell(app, "source.moved", f"{telling.named(source)}: {telling.describe(outcome)}")
        return outcomes

    async def _has_moved(self, app: AppName) -> bool:
        """Whether a branch or a tag there is not where it was settled, or the head of a pull request not where it was
        found: a question or two, and nothing is fetched. Raises as `fetch` does."""
        async with self._turn[app]:
            source = await self._require(app)
            began = self._clock.now()
            try:
                remote = self._sealing.open(source)
                refs, host_keys = await self._remotes.look(app, remote)
                settled = await self._remotes.settled(app)
                pulled = await self._pulling.look(app, remote)
            except FairwayError as error:
                await self._record.failed(source, error, began)
                raise
            if dict(refs) == dict(settled) and not pulled:
                await self._record.succeeded(source, host_keys, began)
                return False
            return True

    async def _decide(
        self, app: AppName, fetched: Fetched, *, kind: str, by: str, deploy: bool, first: bool
    ) -> Sequence[Outcome]:
        updates = [Update(ref=each.ref, old=each.old, new=each.new) for each in fetched.moved]
        push = Push(
            app=app, id=f"{kind} {self._clock.now()}", by=by, updates=(), options=() if deploy else (NO_DEPLOY,)
        )
        if first and (old := [each for each in updates if each.ref.startswith(TAGS)]):
            # The tags that a repository has had for years are no news at its first fetch.
            await self._intake.push(replace(push, updates=tuple(old), options=(NO_DEPLOY,)), kind=kind)
            updates = [each for each in updates if each not in old]
        fresh = await undecided.find(self._repositories, self._executions, self._intake, app, updates)
        return await self._intake.push(replace(push, updates=tuple(fresh)), kind=kind) if fresh else []

    async def _require(self, app: AppName) -> Source:
        source = await self._sources.get(app)
        if source is None:
            raise NotFound(f"the code of {app} comes from no forge", hint="fairway source set URL")
        return source

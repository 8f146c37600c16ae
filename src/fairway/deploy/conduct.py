"""Seeing deployments through: each is watched to its verdict, by whoever waits for it, or in the background.

A watch dies with the process and nothing else does: the next one finds every deployment without a verdict in the store.
"""

import asyncio
import logging
from collections.abc import Container
from typing import Protocol

from fairway.deploy import leaving, serving, specify
from fairway.deploy.ledger import Ledger
from fairway.deploy.watch import Watch
from fairway.domain import retry
from fairway.domain.deployment import EXECUTION, Cause, Deployment, RolloutState
from fairway.domain.facts import Facts
from fairway.domain.ids import AppName, ReleaseNumber
from fairway.domain.verdict import Verdict
from fairway.errors import FairwayError, NotFound
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.observations import Observations
from fairway.ports.stores import Deployments, DesiredStates, Releases

LOG = logging.getLogger(__name__)
INTERRUPTED = "the server ended before the deployment began"


class Diagnose(Protocol):
    """`domain.diagnosis.diagnose`: what the facts of a failed task show."""

    def __call__(self, facts: Facts, *, previous: ReleaseNumber | None) -> Cause:
        """The cause."""
        ...


class Conductor:
    """Watches deployments and concludes them. `run` is kept running by the server."""

    def __init__(
        self,
        ledger: Ledger,
        releases: Releases,
        deployments: Deployments,
        desired: DesiredStates,
        observations: Observations,
        diagnose: Diagnose,
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._releases = releases
        self._deployments = deployments
        self._desired = desired
        self._observations = observations
        self._diagnose = diagnose
        self._clock = clock
        self._handed: asyncio.Queue[tuple[Deployment, bool]] = asyncio.Queue()

    def hand(self, deployment: Deployment) -> None:
        """Have `run` see it through."""
        self._handed.put_nowait((deployment, True))

    async def take_over(self, apps: Container[AppName]) -> None:
        """Have `run` see through what another server left unfinished of apps that it had until now."""
        for deployment in await self._left_behind(apps):
            self._handed.put_nowait((deployment, False))

    async def run(self) -> None:
        """See to every deployment that a dead server left unfinished, and to those that are handed over, until
        cancelled."""
        async with asyncio.TaskGroup() as group:
            for deployment in await self._left_behind():
                group.create_task(self._insist(deployment, fresh=False))
            while True:
                deployment, fresh = await self._handed.get()
                group.create_task(self._insist(deployment, fresh=fresh))

    async def see_through(self, deployment: Deployment, log: LogSink, *, fresh: bool) -> Deployment:
        """Watch it to its verdict, which is kept and returned. `fresh`: it was begun at this moment, not by a process
        that is gone."""
        if deployment.state is not RolloutState.IN_PROGRESS:
            return await self._ledger.conclude(deployment, deployment.state, reason=deployment.reason)
        release = await self._releases.get(deployment.app, deployment.release)
        since = deployment.started_at if fresh else self._clock.now()
        watch = Watch(deployment, release.description.rollout, self._observations, self._clock, since=since)
        try:
            verdict = await watch.verdict(self._ledger.end(deployment), log)
        finally:
            self._ledger.forget(deployment)
        if verdict is None:
            return await self._deployments.get(deployment.app, deployment.id)
        return await self._conclude(deployment, verdict, log)

    async def see_out(self, deployment: Deployment, log: LogSink) -> bool:
        """Whether no task of a deployment that was taken back is left, once that is so, or it has taken too long."""
        release = await self._releases.get(deployment.app, deployment.release)
        longest = max((service.stop_timeout for service in release.description.services), default=0.0)
        return await leaving.see_out(self._observations, deployment, log, timeout=longest + leaving.PATIENCE)

    async def _conclude(self, deployment: Deployment, verdict: Verdict, log: LogSink) -> Deployment:
        if verdict.state is RolloutState.COMPLETED:
            log(verdict.reason)
            return await self._ledger.conclude(deployment, verdict.state, reason=verdict.reason)
        observed = self._observations.observed(deployment.app, deployment.environment)
        before = await self._deployments.before(deployment.app, deployment.id)
        reason = f"{verdict.reason}; {serving.describe(deployment.previous, before, observed)}"
        log(reason)
        cause = self._find_cause(deployment, verdict)
        return await self._ledger.conclude(deployment, verdict.state, reason=reason, cause=cause)

    def _find_cause(self, deployment: Deployment, verdict: Verdict) -> Cause:
        if verdict.facts is None:
            return Cause(sentence=verdict.reason)
        return self._diagnose(verdict.facts, previous=deployment.previous)

    async def _left_behind(self, apps: Container[AppName] | None = None) -> list[Deployment]:
        """The deployments (of those apps) without a verdict that no execution will resume. One that failed, and was not
        taken back, is taken back now; one that was never written into the desired state is given up."""
        left: dict[tuple[str, int], Deployment] = {}
        for desired in await self._desired.list():
            if apps is not None and desired.app not in apps:
                continue
            latest = await self._deployments.latest(desired.app, desired.environment, RolloutState.IN_PROGRESS)
            ids = {each.spec.deployment for each in desired.services}
            for deployment in [await self._deployments.get(desired.app, id) for id in sorted(ids)]:
                if deployment.state is RolloutState.FAILED:
                    await self._ledger.take_back(deployment)
                elif deployment.state is RolloutState.IN_PROGRESS and not deployment.key.startswith(EXECUTION):
                    left[deployment.app, deployment.id] = deployment
            if latest and not latest.key.startswith(EXECUTION) and not specify.carries(desired, latest.id):
                await self._ledger.conclude(latest, RolloutState.FAILED, reason=INTERRUPTED)
        return list(left.values())

    async def _insist(self, deployment: Deployment, *, fresh: bool) -> None:
        """See it through in the background, again and again while something that it needs does not answer."""
        failures = 0
        while True:
            try:
                await self.see_through(deployment, discard, fresh=fresh)
            except NotFound:
                return  # the app was deleted meanwhile
            except FairwayError as error:
                failures += 1
                LOG.warning("deployment %s of %s: %s", deployment.id, deployment.app, error.what)
                await self._clock.sleep(retry.delay(failures, limit=30.0))
            except Exception:
                # The watch of one deployment must not end those of all others, nor the server.
                LOG.exception("deployment %s of %s can't be seen through", deployment.id, deployment.app)
                return
            else:
                return


def discard(text: str) -> None:
    """The log of a deployment that nobody waits for: its events say what there is to say."""

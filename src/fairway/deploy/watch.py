"""Watching a deployment until its verdict: each new progress is judged, and so is the passing of time alone."""

import asyncio
from collections.abc import Callable

from fairway.domain import verdict
from fairway.domain.app import Rollout
from fairway.domain.deployment import Deployment
from fairway.domain.rollout import Progress
from fairway.domain.verdict import Verdict
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.observations import Observations

LONGEST = 5.0
"""Seconds after which the time is looked at again, whatever else happens."""


class Watch:
    """Watches one deployment. `since` is when its patience begins: a server that was down for an hour must not call a
    deployment too slow for that."""

    def __init__(
        self, deployment: Deployment, rollout: Rollout, observations: Observations, clock: Clock, *, since: float
    ) -> None:
        self._deployment = deployment
        self._rollout = rollout
        self._observations = observations
        self._clock = clock
        self._since = since

    async def verdict(self, ended: asyncio.Event, log: LogSink) -> Verdict | None:
        """The verdict; None when `ended` is set first, because somebody else gave it."""
        found: list[Verdict] = []
        changed = asyncio.Event()
        latest: list[Progress] = []
        async with asyncio.TaskGroup() as group:
            follower = group.create_task(self._follow(latest, changed))
            stopper = group.create_task(ring(ended, changed))
            while not ended.is_set():
                changed.clear()
                progress = latest[-1] if latest else self._nothing()
                if given := self._judge(progress):
                    found.append(given)
                    break
                await self._wait(changed, progress)
                if latest:
                    tell(progress, latest[-1], log)
            follower.cancel()
            stopper.cancel()
        return found[0] if found else None

    def _judge(self, progress: Progress) -> Verdict | None:
        return verdict.judge(progress, self._rollout, self._since, self._clock.now(), deployment=self._deployment.id)

    def _nothing(self) -> Progress:
        return Progress(
            app=self._deployment.app,
            environment=self._deployment.environment,
            at=self._clock.now(),
            services={},
            trouble="nothing was observed yet",
        )

    async def _follow(self, latest: list[Progress], changed: asyncio.Event) -> None:
        async for progress in self._observations.follow(self._deployment.app, self._deployment.environment):
            latest[:] = [progress]
            changed.set()

    async def _wait(self, changed: asyncio.Event, progress: Progress) -> None:
        """Return with the next progress, or when the passing of time alone may have changed the verdict."""
        now = self._clock.now()
        settled = [each.settled_since for each in progress.services.values() if each.settled_since is not None]
        instants = [since + self._rollout.bake for since in settled] + [self._since + self._rollout.timeout]
        ahead = [instant - now for instant in instants if instant > now]
        async with asyncio.TaskGroup() as group:
            waiter = group.create_task(changed.wait())
            sleeper = group.create_task(self._clock.sleep(min([LONGEST, *ahead])))
            await asyncio.wait({waiter, sleeper}, return_when=asyncio.FIRST_COMPLETED)
            waiter.cancel()
            sleeper.cancel()


async def ring(event: asyncio.Event, changed: asyncio.Event) -> None:
    """Set the one when the other is set."""
    await event.wait()
    changed.set()


def tell(before: Progress, after: Progress, log: Callable[[str], None]) -> None:
    """Write down each service whose counts have changed: `web: 1 of 2 running, 1 healthy, 0 serving, 2 old`."""
    if after.trouble and after.trouble != before.trouble:
        log(after.trouble)
    for name, each in after.services.items():
        words = describe(name, after)
        if name not in before.services or words != describe(name, before):
            log(words)
        if each.facts is not None and (name not in before.services or before.services[name].facts != each.facts):
            for line in each.facts.log:
                log(f"  {name} │ {line}")


def describe(name: str, progress: Progress) -> str:
    """One service's counts in words."""
    each = next(service for key, service in progress.services.items() if key == name)
    counts = f"{each.running} of {each.desired} running, {each.healthy} healthy, {each.serving} serving"
    failed = each.exits + each.unhealthy
    return f"{name}: {counts}, {each.old} old" + (f", {failed} failed" if failed else "")

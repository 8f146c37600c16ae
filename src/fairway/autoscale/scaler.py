"""The scaler: looks at every service that is scaled, and writes the count that `domain.scaling_decision` finds.

It writes desired state as a person's `fairway scale` does, by compare-and-set, with the activity that tells why, and
touches no engine. What it remembers between two looks is a cache of what the store says: a server that was killed goes
on with the cool-downs that the kept activities have. Two servers on one store: each looks at its own apps alone, and
writes nothing while its lease is in doubt.
"""

import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace

from fairway.autoscale.memory import Memory, key_of
from fairway.autoscale.tracing import Tracer
from fairway.domain import scaling, scaling_bounds, scaling_window
from fairway.domain.capacity_most import Most
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment, DesiredService
from fairway.domain.events import Event
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.metrics import Sample, Series
from fairway.domain.rollout import ServiceProgress
from fairway.domain.scaling import Scaling
from fairway.domain.scaling_activity import Activity, By, NotScaledReason, Status
from fairway.domain.scaling_decision import Change, Decision, NotScaled, Situation, decide
from fairway.errors import Conflict, FairwayError
from fairway.ports.clock import Clock
from fairway.ports.leases import Holding
from fairway.ports.metrics import Samples
from fairway.ports.notify import Notices
from fairway.ports.observations import Observations
from fairway.ports.scaling import Activities
from fairway.ports.stores import Deployments, DesiredStates

LOG = logging.getLogger(__name__)
TICK = 1.0
LOOKS = 10
"""How often a policy is looked at in each of its periods: not more often than each TICK, and no less than in a period
of a minute, for a scheduled action waits for the look too."""
MARGIN = 5.0
"""Seconds of samples beyond those that the policies look at: the newest may be that old."""

AT_THE_BOTTOM = (NotScaledReason.MIN, NotScaledReason.FLAPPING)
"""Why there are not fewer tasks. During a deployment there are more of them than usual, and no reason is needed."""

HostBound = Callable[[AppName, EnvironmentName, ServiceName], Awaitable[Most | None]]
"""How many tasks of the service the host can hold, None when that is not known."""

Turn = Callable[[], AbstractAsyncContextManager[None]]
"""Within it nobody else is given room on the host."""


async def unbounded(app: AppName, environment: EnvironmentName, service: ServiceName) -> Most | None:
    """A host that holds everything."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the scaler works with. `desired_states` are those of this server's apps."""

    desired_states: DesiredStates
    activities: Activities
    deployments: Deployments
    samples: Samples
    observations: Observations
    clock: Clock
    notices: Notices
    holding: Holding
    bound: HostBound = unbounded
    turn: Turn = nullcontext


class Scaler:
    """Scales while `run` runs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._memory = Memory(parts.desired_states, parts.activities, parts.clock)
        self._tracer = Tracer(parts.activities, parts.observations, parts.clock, parts.holding)
        self._due: dict[tuple[AppName, EnvironmentName, ServiceName], float] = {}
        self._failing: dict[tuple[AppName, EnvironmentName], str] = {}

    def wake(self, app: AppName, environment: EnvironmentName) -> None:
        """The desired state of the environment was written."""
        self._memory.forget()
        self._tracer.wake()

    async def run(self) -> None:
        """Look each second, until cancelled."""
        while True:
            await self.look()
            await self._parts.clock.sleep(TICK)

    async def look(self) -> None:
        """Look at every service once. One environment's trouble ends neither the others' scaling nor the server."""
        try:
            await self._tracer.look()
            environments = await self._memory.environments()
        except FairwayError as error:
            LOG.warning("nothing is scaled: %s: %s", error.what, error.why)
            return
        for environment in environments:
            try:
                await self._look_at(environment)
            except FairwayError as error:
                if self._is_new(environment, f"{error.what}: {error.why}"):
                    LOG.warning("%s of %s is not scaled: %s: %s", *environment.key[::-1], error.what, error.why)
            except Exception as error:
                if self._is_new(environment, repr(error)):
                    LOG.exception("%s of %s is not scaled", *environment.key[::-1])
            else:
                self._failing.pop(environment.key, None)

    async def _look_at(self, environment: DesiredEnvironment) -> None:
        progress = self._parts.observations.progress(*environment.key)
        if progress is None or progress.trouble:
            return
        for service in environment.services:
            seen = progress.services.get(service.spec.service)
            if service.scaling is None or seen is None or seen.deployment != service.spec.deployment:
                continue
            if self._is_due(service, service.scaling):
                await self._scale(environment, service, service.scaling, seen)
                if self._memory.stale:
                    return

    def _is_due(self, service: DesiredService, how: Scaling) -> bool:
        """Whether its policies are to be looked at now."""
        key, now = key_of(service), self._parts.clock.now()
        if now < self._due.get(key, 0.0) <= now + scaling.PERIOD:
            return False
        self._due[key] = now + max(TICK, min(scaling.PERIOD, scaling.shortest(how)) / LOOKS) - TICK / 2
        return True

    async def _scale(
        self, environment: DesiredEnvironment, service: DesiredService, how: Scaling, seen: ServiceProgress
    ) -> None:
        now = self._parts.clock.now()
        samples = self._samples_of(service, how, now)
        situation = Situation(
            now=now,
            desired=service.replicas,
            running=running(service, seen),
            bounds=scaling_bounds.in_force(how, now),
            refused=scaling_window.refused(samples, period=scaling.shortest(how), now=now),
            last=await self._memory.last_change(service),
        )
        points = [
            scaling_window.datapoints(
                policy.metric, samples, period=policy.period, number=scaling.needed(policy), now=situation.now
            )
            for policy in how.policies
        ]
        # Whether a deployment is under way, and what the host holds, are asked for only where something would change:
        # most looks change nothing.
        decision = decide(how, points, situation)
        if isinstance(decision, Change) and decision.after < decision.before:
            decision = decide(how, points, replace(situation, deploying=await self._is_deploying(service)))
        elif isinstance(decision, Change):
            async with self._parts.turn():
                most = await self._parts.bound(*key_of(service))
                await self._carry_out(environment, service, decide(how, points, replace(situation, most=most)))
            return
        await self._carry_out(environment, service, decision)

    async def _carry_out(self, environment: DesiredEnvironment, service: DesiredService, decision: Decision) -> None:
        match decision:
            case Change() as change:
                await self._write(environment, service, change)
            case NotScaled() as held:
                await self._note(service, held)

    async def _is_deploying(self, service: DesiredService) -> bool:
        """Whether a deployment of its environment is under way."""
        app, environment, _ = key_of(service)
        return await self._parts.deployments.latest(app, environment, RolloutState.IN_PROGRESS) is not None

    def _samples_of(self, service: DesiredService, how: Scaling, now: float) -> list[Sample]:
        spec = service.spec
        series = Series(app=spec.app, environment=spec.environment, service=spec.service)
        return list(self._parts.samples.recent(series, since=now - scaling.longest(how) - MARGIN))

    async def _write(self, environment: DesiredEnvironment, service: DesiredService, change: Change) -> None:
        """Make the change desired, with its cause. What somebody else has changed meanwhile is looked at again."""
        await self._parts.holding.valid()
        activity = replace(
            self._activity(service, change.cause),
            after=change.after,
            by=change.by,
            cooldown=change.cooldown,
            base=change.base,
        )
        services = tuple(
            replace(each, replicas=change.after) if each is service else each for each in environment.services
        )
        self._memory.forget()
        try:
            await self._parts.activities.scale(replace(environment, services=services), [activity])
        except Conflict:
            return
        self._tracer.wake()
        self._parts.notices.publish(
            Event(
                at=activity.at,
                kind="service.scaled",
                text=f"{service.spec.service}: {change.cause}",
                app=activity.app,
                environment=activity.environment,
                service=activity.service,
            )
        )

    async def _note(self, service: DesiredService, held: NotScaled) -> None:
        """Keep what a limit stood against, unless that is what was kept last."""
        before = await self._memory.newest(service)
        if before is not None and (before.reason, before.after) == (held.reason, service.replicas):
            return
        if held.reason in AT_THE_BOTTOM and await self._is_deploying(service):
            return
        await self._parts.holding.valid()
        noted = replace(self._activity(service, held.cause), status=Status.NOT_SCALED, reason=held.reason)
        await self._parts.activities.note(replace(noted, ended_at=noted.at))
        self._memory.noted(service, noted)

    def _activity(self, service: DesiredService, cause: str) -> Activity:
        return Activity(
            app=service.spec.app,
            environment=service.spec.environment,
            service=service.spec.service,
            at=self._parts.clock.now(),
            before=service.replicas,
            after=service.replicas,
            cause=cause,
            by=By.POLICY,
        )

    def _is_new(self, environment: DesiredEnvironment, trouble: str) -> bool:
        """Whether the trouble is to be logged: once, and not each second."""
        known = self._failing.get(environment.key)
        self._failing[environment.key] = trouble
        return known != trouble


def running(service: DesiredService, seen: ServiceProgress) -> int:
    """How many tasks run. While a deployment replaces them those of both releases, but no more than are desired: half
    of them are about to go."""
    return min(service.replicas, seen.running + seen.old) if seen.old else seen.running

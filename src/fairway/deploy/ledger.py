"""A deployment's records: begun once, written into the desired state once, concluded once, taken back when it failed.

Every function can be repeated after a crash at any point within it. The order of the writes makes that so:

    begin     the deployment's record, with what was desired before; then the desired state, or, where the host has no
              room for it, the verdict
    conclude  the verdict; then, if it failed, the way back
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from fairway.deploy import specify
from fairway.deploy.admitting import Admitting, NoRoom
from fairway.domain import capacity_text
from fairway.domain.deployment import Cause, Deployment, RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.events import Event
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber
from fairway.errors import Conflict
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.notify import Notices
from fairway.ports.stores import Deployments, DesiredStates

ATTEMPTS = 10
Make = Callable[[DesiredEnvironment | None, DeploymentId], DesiredEnvironment]
"""Given what is desired and the new deployment's id: what shall be desired, with the version of what it replaces."""


class Ledger:
    """The records of deployments, and who waits for their ends. `ended` is set, and then another one, when a deployment
    has got its verdict in this process."""

    def __init__(
        self, deployments: Deployments, desired: DesiredStates, admitting: Admitting, clock: Clock, notices: Notices
    ) -> None:
        self._deployments = deployments
        self._admitting = admitting
        self._desired = desired
        self._clock = clock
        self._notices = notices
        self._ends: dict[tuple[AppName, DeploymentId], asyncio.Event] = {}
        self.ended = asyncio.Event()

    async def begin(
        self,
        app: AppName,
        environment: EnvironmentName,
        release: ReleaseNumber,
        make: Make,
        *,
        key: str,
        log: LogSink | None = None,
    ) -> tuple[Deployment, bool]:
        """The deployment of that key, and whether this call was the one that wrote it into the desired state.

        One that the host has no room for is FAILED, and nothing else is changed. Raises Conflict when another
        deployment of the environment is under way, or takes its place at this moment.
        """
        other = await self._deployments.latest(app, environment, RolloutState.IN_PROGRESS)
        if other is not None and other.key != key:
            raise under_way(other)
        current = await self._without_failed(app, environment)
        previous = specify.current_release(current)
        deployment = await self._deployments.start(
            app, environment, release, previous=previous, at=self._clock.now(), key=key, before=current
        )
        if deployment.state is not RolloutState.IN_PROGRESS or specify.carries(current, deployment.id):
            return deployment, False
        async with self._admitting.turn():
            deployment, written = await self._write(deployment, current, make, log)
        if written:
            self._tell(deployment, "started", f"release {deployment.release} is being deployed to {environment}")
        return deployment, written

    async def _write(
        self, deployment: Deployment, current: DesiredEnvironment | None, make: Make, log: LogSink | None
    ) -> tuple[Deployment, bool]:
        """Desire it, if the host has room for it; False when that is not so, or another task has. Raises Conflict when
        something else was deployed meanwhile."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                fitting = await self._admitting.admit(current, make(current, deployment.id))
                await self._desired.put(fitting.desired)
            except NoRoom as error:
                reason = f"{error.cause.sentence}; nothing was changed"
                return await self.conclude(deployment, RolloutState.FAILED, reason=reason, cause=error.cause), False
            except Conflict:
                # Somebody was faster since `current` was read; perhaps it was this deployment, in another task.
                latest = await self._desired.get(deployment.app, deployment.environment)
                if specify.carries(latest, deployment.id):
                    return deployment, False
                if attempt == ATTEMPTS or not specify.only_scaled(current, latest):
                    why = "something else was deployed at the same time"
                    await self.conclude(deployment, RolloutState.FAILED, reason=why)
                    raise
                current = latest
            else:
                if log is not None:
                    for text in capacity_text.held_text(fitting):
                        log(text)
                return deployment, True
        raise AssertionError("unreachable")

    async def conclude(
        self, deployment: Deployment, state: RolloutState, *, reason: str, cause: Cause | None = None
    ) -> Deployment:
        """Give it its verdict, unless it has one, and take a failed one back. Returns it as it is kept."""
        given = await self._deployments.finish(
            deployment.app, deployment.id, state, reason=reason, cause=cause, at=self._clock.now()
        )
        concluded = await self._deployments.get(deployment.app, deployment.id)
        if concluded.state is RolloutState.FAILED:
            await self.take_back(concluded)
        if (end := self._ends.get((deployment.app, deployment.id))) is not None:
            end.set()
        self.ended.set()
        self.ended = asyncio.Event()
        if given:
            words = "is deployed to" if state is RolloutState.COMPLETED else "could not be deployed to"
            text = f"release {concluded.release} {words} {concluded.environment}: {reason}"
            self._tell(concluded, state.lower(), text)
        return concluded

    async def take_back(self, deployment: Deployment) -> None:
        """Desire again what was desired before, with the ids of its deployments, so that tasks that still run simply
        stay. Where there was nothing before, no task is left. It does nothing when the deployment is not desired."""
        for attempt in range(1, ATTEMPTS + 1):
            current = await self._desired.get(deployment.app, deployment.environment)
            if current is None or not specify.carries(current, deployment.id):
                return
            before = await self._deployments.before(deployment.app, deployment.id)
            if before is None:
                back = specify.silence(current)
            else:
                back = specify.keep_scaled(replace(before, version=current.version), current, self._clock.now())
            if back == current:
                return
            try:
                await self._desired.put(back)
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                return

    async def _without_failed(self, app: AppName, environment: EnvironmentName) -> DesiredEnvironment | None:
        """What is desired. A failed deployment has its verdict a moment before it is taken back, or was left so by a
        dead server: it is taken back first, or the way back from the next one would lead to it."""
        current = await self._desired.get(app, environment)
        ids = {each.spec.deployment for each in current.services} if current is not None else set()
        for deployment in [await self._deployments.get(app, id) for id in sorted(ids)]:
            if deployment.state is RolloutState.FAILED:
                await self.take_back(deployment)
                current = await self._desired.get(app, environment)
        return current

    def end(self, deployment: Deployment) -> asyncio.Event:
        """Set when the deployment gets its verdict in this process."""
        return self._ends.setdefault((deployment.app, deployment.id), asyncio.Event())

    def forget(self, deployment: Deployment) -> None:
        """Nobody in this process waits for its end any more."""
        self._ends.pop((deployment.app, deployment.id), None)

    def _tell(self, deployment: Deployment, kind: str, text: str) -> None:
        self._notices.publish(
            Event(
                at=self._clock.now(),
                kind=f"deployment.{kind}",
                text=text,
                app=deployment.app,
                environment=deployment.environment,
                deployment=deployment.id,
            )
        )


def under_way(other: Deployment) -> Conflict:
    """The error for a second deployment at the same time."""
    stop = f"fairway stop {other.execution}" if other.execution is not None else f"fairway stop --deployment {other.id}"
    return Conflict(
        f"release {other.release} is just being deployed to {other.environment} of {other.app}",
        why=f"deployment {other.id} has no verdict yet, and an environment takes one deployment at a time",
        hint=f"wait for it (fairway status shows it), or stop it: {stop}",
    )

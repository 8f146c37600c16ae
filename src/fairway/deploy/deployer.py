"""What is done to an environment: deploy a release, roll back, restart, scale, take down. Each writes desired state and
touches no engine; deployments are watched to their verdict, and a failed one goes back to what was desired before it.
"""

import secrets
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

from fairway.deploy import choose, specify
from fairway.deploy.admitting import Admitting, NoRoom
from fairway.deploy.conduct import Conductor, Diagnose
from fairway.deploy.counts import Counts
from fairway.deploy.ledger import ATTEMPTS, Ledger, Make, under_way
from fairway.deploy.turn import Turns
from fairway.domain.app import Environment
from fairway.domain.deployment import EXECUTION, Deployment, RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.execution import Revision
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ExecutionNumber, ReleaseNumber, ServiceName
from fairway.domain.image import Image
from fairway.domain.release import Release
from fairway.errors import Conflict
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.notify import Notices
from fairway.ports.observations import Observations
from fairway.ports.scaling import Activities
from fairway.ports.stores import Configurations, Deployments, DesiredStates, Releases


class Unmeasured:
    """A host that nobody has measured: nothing is refused on it."""

    async def size(self) -> None:
        """Not known."""


class Deployer:
    """Deploys. `run` sees the deployments through that nobody else waits for; the server keeps it running."""

    def __init__(
        self,
        releases: Releases,
        deployments: Deployments,
        desired: DesiredStates,
        configurations: Configurations,
        observations: Observations,
        diagnose: Diagnose,
        clock: Clock,
        notices: Notices,
        activities: Activities,
        admitting: Admitting | None = None,
    ) -> None:
        self._releases = releases
        self._deployments = deployments
        self._desired = desired
        self._configurations = configurations
        self._clock = clock
        admitting = admitting or Admitting(Unmeasured(), deployments, desired)
        self._counts = Counts(activities, admitting, clock)
        self._ledger = Ledger(deployments, desired, admitting, clock, notices)
        self._turns = Turns(self._ledger, deployments, clock)
        self._conductor = Conductor(self._ledger, releases, deployments, desired, observations, diagnose, clock)

    async def run(self) -> None:
        """See deployments through, those of a dead server included, until cancelled."""
        await self._conductor.run()

    async def take_over(self, apps: Container[AppName]) -> None:
        """See the deployments through of apps that another server had until now."""
        await self._conductor.take_over(apps)

    async def deploy(
        self,
        app: AppName,
        description: Environment,
        image: Image,
        revision: Revision,
        execution: ExecutionNumber,
        log: LogSink,
        *,
        attempt: int = 1,
    ) -> Deployment:
        """Deploy what an execution built, and return the deployment with its verdict. Called again for the same
        execution, environment and attempt it goes on with the same release and deployment. A later attempt makes a
        deployment of its own, and a release if the variables have changed since.

        It waits while another deployment of the environment is under way; raises Conflict when that takes too long.
        """
        release = await self.make_release(app, description, image, revision, execution, attempt=attempt)
        return await self.roll_out(release, execution, log, attempt=attempt)

    async def make_release(
        self,
        app: AppName,
        description: Environment,
        image: Image,
        revision: Revision,
        execution: ExecutionNumber,
        *,
        attempt: int = 1,
    ) -> Release:
        """The first half of `deploy`: the execution's release for the environment, made if no earlier attempt has made
        it, or has made it with other variables."""
        draft = await self.draft(app, description, image, revision, execution)
        for release in await self._releases.list(app, environment=description.name, execution=execution):
            if attempt == 1 or release.configuration == draft.configuration:
                return release
        return await self._releases.create(draft)

    async def roll_out(
        self, release: Release, execution: ExecutionNumber, log: LogSink, *, attempt: int = 1
    ) -> Deployment:
        """The second half of `deploy`: the release goes live."""
        key = key_of(execution, release.environment, attempt)
        deployment, fresh = await self._begin_in_turn(release, key, log)
        log(f"release {release.number}, deployment {deployment.id}: {release.image.reference}")
        return await self._conductor.see_through(deployment, log, fresh=fresh)

    async def see_out(self, deployment: Deployment, log: LogSink) -> bool:
        """Whether no task of a failed deployment is left: waits for that as long as its tasks may take to stop."""
        return await self._conductor.see_out(deployment, log)

    async def draft(
        self, app: AppName, description: Environment, image: Image, revision: Revision, execution: ExecutionNumber
    ) -> Release:
        """The release as it would be made now; nothing is kept."""
        return Release(
            app=app,
            number=ReleaseNumber(0),
            environment=description.name,
            image=image,
            configuration=await self._latest_configuration(app, description.name),
            description=description,
            commit=revision.commit,
            subject=revision.subject,
            execution=execution,
            created_at=self._clock.now(),
        )

    async def abandon(self, app: AppName, environment: EnvironmentName, execution: ExecutionNumber) -> None:
        """The execution was stopped: give its deployment up, if it has one without a verdict, and go back."""
        first = key_of(execution, environment)
        for deployment in await self._deployments.list(app, environment=environment):
            if deployment.key == first or deployment.key.startswith(f"{first}/"):
                await self._ledger.conclude(deployment, RolloutState.FAILED, reason="the execution was stopped")

    async def stop(self, app: AppName, id: int, *, reason: str = "", by: str = "") -> Deployment:
        """Give up a deployment that is under way, as ECS's StopServiceDeployment does: what was desired before is
        desired again, and of its tasks those that still run simply stay. Returns it FAILED, with who stopped it and
        why. Of an execution's deployment its execution has to be stopped.

        Raises NotFound; Conflict when it has ended, or is an execution's.
        """
        deployment = await self._deployments.get(app, id)
        if deployment.state is not RolloutState.IN_PROGRESS:
            raise choose.has_ended(deployment)
        if deployment.execution is not None:
            raise choose.belongs_to_an_execution(deployment)
        told = "stopped" + (f" by {by}" if by else "") + (f": {reason}" if reason else "")
        ended = await self._ledger.conclude(deployment, RolloutState.FAILED, reason=told)
        if (ended.state, ended.reason) != (RolloutState.FAILED, told):
            raise choose.has_ended(ended)  # it came to its verdict at this moment
        return ended

    async def find_ways_back(
        self, app: AppName, environment: EnvironmentName, release: int | None = None
    ) -> Sequence[Release]:
        """The releases that the environment could go back to, the latest first; with a number only that one.

        Raises NotFound, UsageError or Conflict: that release is not there, is another environment's, was never
        completely deployed; nothing is deployed, or something is being deployed just now.
        """
        current = await self._require(app, environment)
        if release is not None:
            return [await choose.find_named(self._releases, self._deployments, app, environment, release)]
        return await choose.find_earlier(self._releases, self._deployments, app, environment, current)

    async def repeat(
        self, app: AppName, number: ReleaseNumber, execution: ExecutionNumber, log: LogSink, *, attempt: int = 1
    ) -> Deployment:
        """Deploy an earlier release again, as a new release with the same image and the same variables, and return the
        deployment with its verdict. Called again for the same execution and attempt it goes on.

        Raises NotFound when the release is not kept any more, and Conflict as `deploy` does.
        """
        release = await self._repeated(await self._releases.get(app, number), execution)
        key = key_of(execution, release.environment, attempt)
        deployment, fresh = await self._begin_in_turn(release, key, log)
        log(f"release {release.number}, which repeats release {release.rollback_of}; deployment {deployment.id}")
        return await self._conductor.see_through(deployment, log, fresh=fresh)

    async def restart(
        self, app: AppName, environment: EnvironmentName, service: ServiceName | None = None, *, by: str = ""
    ) -> Deployment:
        """Begin to replace every task of the service (None: of all) by the same release; where the variables have
        changed since, by a release of its own that differs in them alone, so that there is a way back."""
        current = await self._require(app, environment)
        choose.require_service(current, service)
        release = await self._releases.get(app, specify.current_release(current) or current.services[0].spec.release)
        other = await self._other_variables(app, environment, current, service)
        if other is not None:
            again = replace(release, configuration=other, created_at=self._clock.now(), rollback_of=None)
            release = await self._releases.create(again, like=release.number)

        def make(now: DesiredEnvironment | None, deployment: DeploymentId) -> DesiredEnvironment:
            if other is None:
                return specify.renew(now or current, deployment, service, like=release)
            return specify.reconfigure(now or current, deployment, service, configuration=other, like=release)

        return await self._start(release, make, key=f"restart/{secrets.token_hex(8)}")

    async def scale(
        self, app: AppName, environment: EnvironmentName, counts: Mapping[ServiceName, int], *, by: str = ""
    ) -> Mapping[ServiceName, tuple[int, int]]:
        """Change how many tasks of each service there shall be. It holds until the next deployment, when fairway.toml
        rules again; of a service that is scaled automatically, until its policies change it. From and to, by service.

        Raises UsageError for a count that can't be, or is outside of what scaling allows at this time; NoRoom when the
        host can't hold so many.
        """
        return await self._counts.set(lambda: self._require(app, environment), counts, by=by)

    async def down(self, app: AppName, environment: EnvironmentName, *, by: str = "") -> None:
        """Desire nothing any more. A deployment under way ends with that. Raises NotFound where nothing ever was."""
        unfinished = await self._deployments.latest(app, environment, RolloutState.IN_PROGRESS)
        if unfinished is not None:
            await self._ledger.conclude(unfinished, RolloutState.FAILED, reason="the environment was taken down")
        for attempt in range(1, ATTEMPTS + 1):
            current = await self._desired.get(app, environment)
            if current is None:
                choose.require(current, app, environment)
            elif current.services or current.hosts:
                try:
                    await self._desired.put(replace(current, services=(), hosts=()))
                except Conflict:
                    # Scaling may change a count at this moment.
                    if attempt == ATTEMPTS:
                        raise
                    continue
            return

    async def _require(self, app: AppName, environment: EnvironmentName) -> DesiredEnvironment:
        """What is desired at present. Raises NotFound or Conflict when that is nothing, Conflict when a deployment is
        under way."""
        current = choose.require(await self._desired.get(app, environment), app, environment)
        other = await self._deployments.latest(app, environment, RolloutState.IN_PROGRESS)
        if other is not None:
            raise under_way(other)
        return current

    async def _begin_in_turn(self, release: Release, key: str, log: LogSink) -> tuple[Deployment, bool]:
        app, environment = release.app, release.environment
        async with self._turns.wait(app, environment, key, log):
            make = make_from(release, self._clock.now())
            return await self._ledger.begin(app, environment, release.number, make, key=key, log=log)

    async def _repeated(self, target: Release, execution: ExecutionNumber) -> Release:
        """The execution's release, made if no earlier attempt has made it."""
        if made := await self._releases.list(target.app, environment=target.environment, execution=execution):
            return made[0]
        origin = target.rollback_of or target.number
        again = replace(target, created_at=self._clock.now(), execution=execution, rollback_of=origin)
        return await self._releases.create(again, like=target.number)

    async def _start(self, release: Release, make: Make, *, key: str) -> Deployment:
        """Begin a deployment that `run` sees through. Raises NoRoom when the host can't hold it."""
        deployment, _ = await self._ledger.begin(release.app, release.environment, release.number, make, key=key)
        if deployment.state is RolloutState.FAILED and deployment.cause is not None:
            raise NoRoom(deployment.cause)
        self._conductor.hand(deployment)
        return deployment

    async def _other_variables(
        self, app: AppName, environment: EnvironmentName, current: DesiredEnvironment, service: ServiceName | None
    ) -> int | None:
        """The latest version of the variables, None when the tasks of the service (None: of all) have it already."""
        version = await self._latest_configuration(app, environment)
        chosen = [each.spec for each in current.services if service in (None, each.spec.service)]
        return version if any(spec.configuration != version for spec in chosen) else None

    async def _latest_configuration(self, app: AppName, environment: EnvironmentName) -> int:
        latest = await self._configurations.latest(app, environment)
        return 0 if latest is None else latest.version


def key_of(execution: int, environment: str, attempt: int = 1) -> str:
    """What keeps an attempt of an execution from being deployed twice to the same environment."""
    return f"{EXECUTION}{execution}/{environment}" + (f"/{attempt}" if attempt > 1 else "")


def make_from(release: Release, at: float) -> Make:
    """Desire what the release describes, at that time."""

    def make(now: DesiredEnvironment | None, deployment: DeploymentId) -> DesiredEnvironment:
        return specify.specify(release, deployment, now=now, at=at)

    return make

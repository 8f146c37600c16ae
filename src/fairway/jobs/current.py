"""What a job is run from: the release that an environment has, as long as it has one.

It is the release of the last deployment that was COMPLETED. While another one is under way it is still the old one, and
one that failed never counts. An environment that was taken down has none. The variables are those that its tasks have:
a restart gives them newer ones than the release was made with.
"""

from dataclasses import dataclass

from fairway.domain.deployment import Deployment, RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.release import Release
from fairway.errors import NotFound
from fairway.ports.stores import Deployments, DesiredStates, Releases


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The release, and the version of the variables."""

    release: Release
    configuration: int


class Finder:
    """Finds it."""

    def __init__(self, desired: DesiredStates, deployments: Deployments, releases: Releases) -> None:
        self._desired = desired
        self._deployments = deployments
        self._releases = releases

    async def find(self, app: AppName, environment: EnvironmentName) -> Current | None:
        """None where no release was completely deployed, or the environment was taken down."""
        settled = await self._settled(app, environment)
        done = await self._deployments.latest(app, environment, RolloutState.COMPLETED)
        if settled is None or not settled.services or done is None:
            return None
        try:
            release = await self._releases.get(app, done.release)
        except NotFound:
            # A later deployment was completed, and this release pruned, since the two lines above.
            return None
        versions = (each.spec.configuration for each in settled.services if each.spec.release == release.number)
        return Current(release=release, configuration=max(versions, default=release.configuration))

    async def closed(self, app: AppName, environment: EnvironmentName) -> bool:
        """Whether the environment is closed: the release that a run would have can't run beside what goes on there."""
        desired = await self._desired.get(app, environment)
        return desired is not None and desired.closed

    async def _settled(self, app: AppName, environment: EnvironmentName) -> DesiredEnvironment | None:
        """What was desired before the deployment that is under way, if one is."""
        desired = await self._desired.get(app, environment)
        under_way = await self._deployments.latest(app, environment, RolloutState.IN_PROGRESS)
        if under_way is None or not carries(desired, under_way):
            return desired
        return await self._deployments.before(app, under_way.id)


def carries(desired: DesiredEnvironment | None, deployment: Deployment) -> bool:
    """Whether some of what is desired was written by the deployment."""
    return desired is not None and any(each.spec.deployment == deployment.id for each in desired.services)

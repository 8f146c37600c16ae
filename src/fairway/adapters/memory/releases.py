"""Releases and deployments in memory."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.adapters.memory.shelf import Shelf
from fairway.domain import transitions
from fairway.domain.deployment import TRANSITIONS, Cause, Deployment, RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.forgetting import Made, forgotten
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber
from fairway.domain.release import Release
from fairway.errors import NotFound


class MemoryReleases:
    """`ports.stores.Releases`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def create(self, release: Release, *, like: ReleaseNumber | None = None) -> Release:
        """The same with the next number. Raises NotFound when `like` is not kept any more."""
        self._shelf.change(release.app)
        if like is not None:
            await self.get(release.app, like)
        numbered = replace(release, number=ReleaseNumber(self._shelf.count_up(release.app, "releases")))
        self._shelf.releases[numbered.app, numbered.number] = numbered
        return numbered

    async def get(self, app: AppName, number: int) -> Release:
        """Raises NotFound."""
        self._shelf.visit()
        found = self._shelf.releases.get((app, number))
        if found is None:
            kept = [other for owner, other in self._shelf.releases if owner == app]
            near = sorted(sorted(kept, key=lambda other: (abs(other - number), other))[:3])
            hint = (
                f"there are {', '.join(map(str, near))}; fairway releases lists all"
                if near
                else "nothing was released yet"
            )
            raise NotFound(f"{app} has no release {number}", hint=hint)
        return found

    async def list(
        self, app: AppName, *, environment: str | None = None, execution: int | None = None, limit: int = 50
    ) -> Sequence[Release]:
        """Newest first: all, those of an environment, those that an execution made."""
        self._shelf.visit()
        found = [
            release
            for release in self._shelf.releases.values()
            if release.app == app
            and environment in (None, release.environment)
            and execution in (None, release.execution)
        ]
        return sorted(found, key=lambda release: -release.number)[:limit]

    async def delete(self, app: AppName, number: int, *, seen: int) -> bool:
        """Delete it unless a deployment needs it; False when one does, and when there is no such release."""
        self._shelf.change()
        needed = any(
            number in (each.release, each.previous) and (each.state is RolloutState.IN_PROGRESS or each.id > seen)
            for each in self._shelf.deployments.values()
            if each.app == app
        )
        return not needed and self._shelf.releases.pop((app, number), None) is not None


class MemoryDeployments:
    """`ports.stores.Deployments`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def start(
        self,
        app: AppName,
        environment: EnvironmentName,
        release: ReleaseNumber,
        *,
        previous: ReleaseNumber | None,
        at: float,
        key: str,
        before: DesiredEnvironment | None = None,
    ) -> Deployment:
        """An IN_PROGRESS deployment with the next id, or the one that the key started before. Raises NotFound for a
        release that is not kept."""
        self._shelf.change(app)
        if (known := self._shelf.deployment_keys.get((app, key))) is not None:
            return self._shelf.deployments[app, known]
        await MemoryReleases(self._shelf).get(app, release)
        started = Deployment(
            app=app,
            environment=environment,
            id=DeploymentId(self._shelf.count_up(app, "deployments")),
            release=release,
            previous=previous,
            state=RolloutState.IN_PROGRESS,
            started_at=at,
            key=key,
        )
        if before is not None:
            self._shelf.before[app, started.id] = before
        self._shelf.deployment_keys[app, key] = started.id
        self._shelf.deployments[app, started.id] = started
        return started

    async def get(self, app: AppName, id: int) -> Deployment:
        """Raises NotFound."""
        self._shelf.visit()
        found = self._shelf.deployments.get((app, id))
        if found is None:
            mine = [other for owner, other in self._shelf.deployments if owner == app]
            if 0 < id <= self._shelf.counters[app, "deployments"]:
                raise forgotten("deployment", id, app, oldest=min(mine, default=None))
            latest = max(mine, default=None)
            hint = f"the latest is {latest}" if latest else "nothing was deployed yet"
            raise NotFound(f"{app} has no deployment {id}", hint=hint)
        return found

    async def before(self, app: AppName, id: int) -> DesiredEnvironment | None:
        """What was desired before the deployment, None when nothing was. Raises NotFound."""
        await self.get(app, id)
        return self._shelf.before.get((app, id))

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 20) -> Sequence[Deployment]:
        """Newest first."""
        self._shelf.visit()
        found = [
            deployment
            for deployment in self._shelf.deployments.values()
            if deployment.app == app and environment in (None, deployment.environment)
        ]
        return sorted(found, key=lambda deployment: -deployment.id)[:limit]

    async def latest(self, app: AppName, environment: EnvironmentName, state: RolloutState) -> Deployment | None:
        """The newest deployment of the environment in that state."""
        found = await self.list(app, environment=environment, limit=len(self._shelf.deployments))
        return next((deployment for deployment in found if deployment.state is state), None)

    async def finish(
        self,
        app: AppName,
        id: DeploymentId,
        state: RolloutState,
        *,
        reason: str,
        cause: Cause | None = None,
        at: float,
    ) -> bool:
        """Give it its verdict; False when it had one. Raises ValueError for a state that is none."""
        transitions.check(TRANSITIONS, RolloutState.IN_PROGRESS, state)
        self._shelf.change()
        found = self._shelf.deployments.get((app, id))
        if found is None or found.state is not RolloutState.IN_PROGRESS:
            return False
        ended = replace(found, state=state, reason=reason, cause=cause, ended_at=at)
        self._shelf.deployments[app, id] = ended
        return True

    async def entries(self, app: AppName) -> Sequence[Made]:
        """Newest first."""
        found = await self.list(app, limit=len(self._shelf.deployments))
        return [
            Made(
                number=each.id,
                row=each.environment,
                at=each.ended_at or each.started_at,
                release=each.release,
                state=each.state,
            )
            for each in found
        ]

    async def delete(self, app: AppName, ids: Sequence[int]) -> None:
        """Those that have their verdict."""
        self._shelf.change()
        for id in ids:
            found = self._shelf.deployments.get((app, id))
            if found is not None and found.state is not RolloutState.IN_PROGRESS:
                del self._shelf.deployments[app, id]
                self._shelf.before.pop((app, id), None)
                self._shelf.deployment_keys.pop((app, found.key), None)

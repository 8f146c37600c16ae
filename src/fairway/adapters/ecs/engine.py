"""The engine port over ECS: services that roll by themselves, with its circuit breaker and its way back.

Nothing here has to survive a restart of Fairway: what a service was last given stands in the tags of its task
definition's revision. A deployment is at most: the service described, its variables put away, the latest revision
described, a new one registered, the service created or updated; another count is the first and the last of these.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.adapters.ecs import definition, naming, registered, services
from fairway.adapters.ecs.looking import Looking
from fairway.adapters.ecs.places import Place, Places
from fairway.adapters.ecs.sealing import Sealing
from fairway.domain.desired import DesiredService, TaskSpec
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.observed import Task
from fairway.domain.rolled import ObservedService
from fairway.errors import WorkFailed
from fairway.ports.engine import Capabilities, EngineEvent


class EcsEngine:
    """`ports.engine.RollingEngine` in one account and region. `instance` is an id of this server: what has another one
    in its tags is never seen or touched."""

    def __init__(self, session: Session, places: Places, instance: str) -> None:
        self._session = session
        self._places = places
        self._instance = instance
        self._sealing = Sealing(session, instance)
        self._tasks: Sequence[Task] = ()
        self.looking = Looking(session, instance)
        """Shared with the other parts of this adapter."""

    def capabilities(self) -> Capabilities:
        """ECS rolls by itself."""
        return Capabilities(rolls=True)

    async def observe(self) -> Sequence[Task]:
        """Every task of this server's services, in all clusters."""
        self._tasks = [task for cluster in self._places.clusters() for task in await self.looking.tasks(cluster)]
        return self._tasks

    @property
    def tasks(self) -> Sequence[Task]:
        """Those of the last look."""
        return self._tasks

    async def services(self) -> Sequence[ObservedService]:
        """Every service of this server, in all clusters."""
        return [service for cluster in self._places.clusters() for service in await self.looking.services(cluster)]

    async def apply(
        self, service: DesiredService, *, variables: Mapping[str, str], told: Mapping[str, str], routed: bool
    ) -> None:
        """Create or update the service, as far as it is not so already. Raises WorkFailed for what ECS refuses."""
        spec = service.spec
        place = self._places.of(spec.app, spec.environment)
        try:
            described = await self._find(spec, place)
            seen = None if described is None else await self.looking.glance(described)
            if seen is not None and seen.deployment == spec.deployment:
                if seen.replicas != service.replicas:
                    await self._update(spec, place, {"desiredCount": service.replicas})
                return
            revision = await self._register(spec, place, variables, told)
            wanted = services.describe(service, place, revision, routed=routed)
            if described is None:
                await self._create(spec, place, wanted)
            else:
                self.looking.remember(described, spec.deployment)
                await self._update(spec, place, services.changes(wanted, described))
        except Refused as refusal:
            raise services.refused(spec, refusal) from refusal

    async def withdraw(self, app: AppName, environment: EnvironmentName, service: ServiceName) -> None:
        """Delete the service, whatever it runs; ECS ends its tasks."""
        place, name = self._places.of(app, environment), naming.service(app, environment, service)
        try:
            await self._session.call(
                "ecs", "DeleteService", cluster=place.cluster, service=name, force=True, known=services.GONE
            )
        except Refused:
            return

    async def forget(self, app: AppName, environment: EnvironmentName) -> None:
        """Delete the secrets with the variables."""
        await self._sealing.forget(app, environment)

    async def events(self) -> AsyncIterator[EngineEvent]:
        """None: ECS tells of its changes through EventBridge alone, which would need a queue in the account."""
        await asyncio.Event().wait()
        yield EngineEvent(app=AppName(""), environment=EnvironmentName(""))

    async def _find(self, spec: TaskSpec, place: Place) -> Mapping[str, Any] | None:
        """The service as ECS describes it, None when there is none. Raises WorkFailed when it is somebody else's."""
        name = naming.service(spec.app, spec.environment, spec.service)
        found = [
            each
            for each in await self.looking.describe(place.cluster, [name])
            if each.get("status") in ("ACTIVE", "DRAINING")
        ]
        if not found:
            return None
        if not self.looking.is_own(found[0]):
            raise WorkFailed(
                f"the cluster {place.cluster} has a service {name} already, and it is not this server's",
                why="another Fairway server made it, or a stack, or somebody by hand",
                hint="give this server a cluster of its own in ecs.toml, or the app another name",
            )
        return found[0]

    async def _register(
        self, spec: TaskSpec, place: Place, variables: Mapping[str, str], told: Mapping[str, str]
    ) -> str:
        """The ARN of the revision with the specification's content, registered unless it is there."""
        sealed = await self._sealing.put(spec, variables)
        family = naming.service(spec.app, spec.environment, spec.service)
        content = definition.describe(spec, place, family=family, region=self._places.region, told=told, sealed=sealed)
        tags = naming.of_revision(self._instance, spec, content)
        known = self.looking.known(tags[naming.CONTENT]) or await self._latest(family, tags[naming.CONTENT])
        if known is not None:
            return known
        answer = await self._session.call(
            "ecs", "RegisterTaskDefinition", known=services.WRONG, tags=naming.written(tags), **content
        )
        arn: str = answer["taskDefinition"]["taskDefinitionArn"]
        self.looking.learn(arn, tags)
        return arn

    async def _latest(self, family: str, content: str) -> str | None:
        """The family's latest revision, if that is its content: it was registered before the server was killed."""
        found = await registered.find(self._session, family)
        if found is None:
            return None
        self.looking.learn(found.arn, found.tags)
        return found.arn if found.tags.get(naming.CONTENT) == content else None

    async def _create(self, spec: TaskSpec, place: Place, wanted: Mapping[str, Any]) -> None:
        await self._session.call(
            "ecs",
            "CreateService",
            known=services.WRONG,
            cluster=place.cluster,
            serviceName=naming.service(spec.app, spec.environment, spec.service),
            clientToken=naming.token(self._instance, spec.app, spec.environment, spec.service, spec.deployment)[:36],
            tags=naming.written(naming.of_service(self._instance, spec)),
            enableECSManagedTags=True,
            propagateTags="TASK_DEFINITION",
            **services.launch(place),
            **wanted,
        )

    async def _update(self, spec: TaskSpec, place: Place, changes: Mapping[str, Any]) -> None:
        await self._session.call(
            "ecs",
            "UpdateService",
            known=(*services.WRONG, *services.GONE),
            cluster=place.cluster,
            service=naming.service(spec.app, spec.environment, spec.service),
            **changes,
        )

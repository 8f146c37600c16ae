"""The part of the door (`apply`) that gives services to an engine that rolls by itself, and takes them back.

Both take a few calls to a distant API: they run in the background, and the service is shown as busy until a look at the
engine that began after they ended. What the engine will not have is told as refused, and asked for no second time;
what it could not do at present is trouble, and the next pass asks again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from fairway.domain.desired import DesiredService
from fairway.domain.ids import DeploymentId, ReleaseNumber, ServiceName
from fairway.domain.observed import Task
from fairway.domain.operation import Operation
from fairway.domain.rolled import ObservedService
from fairway.domain.service_operation import ApplyService, RemoveService
from fairway.errors import FairwayError, WorkFailed
from fairway.orchestrator import patience
from fairway.orchestrator.lookout import Key, Lookout
from fairway.orchestrator.variables import Variables, told
from fairway.ports.engine import RollingEngine
from fairway.ports.leases import Holding

ServiceOperation = ApplyService | RemoveService


class Reports(Protocol):
    """Is told how they ended."""

    def done(self, key: Key, operation: Operation, task: Task | None) -> None:
        """The engine has taken it."""
        ...

    def not_taken(self, key: Key, service: DesiredService, error: FairwayError) -> None:
        """The engine will not have it, whenever it is asked."""
        ...

    def troubled(self, key: Key, error: FairwayError) -> None:
        """It could not be done at present."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An operation on a service. `ended` is the number of the first look that shows its effect, None while it runs."""

    verb: str
    ended: int | None = None


class Giving:
    """Its operations run in the given group, and are cancelled with it: each can be begun again."""

    def __init__(
        self,
        *,
        engine: RollingEngine,
        lookout: Lookout,
        variables: Variables,
        group: asyncio.TaskGroup,
        reports: Reports,
        holding: Holding,
    ) -> None:
        self._engine = engine
        self._lookout = lookout
        self._variables = variables
        self._group = group
        self._reports = reports
        self._holding = holding
        self._under_way: dict[tuple[Key, ServiceName], Given] = {}

    def begin(self, key: Key, operation: ServiceOperation) -> None:
        """Begin it, unless one is under way on the service."""
        service = ServiceName(operation.service)
        if (key, service) in self._under_way:
            return
        self._under_way[key, service] = Given(verb=type(operation).__name__)
        self._group.create_task(self._do(key, operation), name=f"{type(operation).__name__} {operation.subject}")

    def busy(self, key: Key) -> bool:
        """Whether one is under way in the environment."""
        return any(other == key for other, _ in self._under_way)

    def mark(self, key: Key, seen: Sequence[ObservedService], number: int) -> tuple[ObservedService, ...]:
        """The services with what is under way on them, those included that do not show yet, or no more. What ended
        before the look of that number is under way no longer."""
        for (other, service), given in list(self._under_way.items()):
            if other == key and given.ended is not None and given.ended <= number:
                del self._under_way[other, service]
        verbs = {service: given.verb for (other, service), given in self._under_way.items() if other == key}
        unseen = sorted(verbs.keys() - {each.service for each in seen})
        return (
            *(replace(each, busy=verbs.get(each.service)) for each in seen),
            *(nothing_yet(key, service, verbs[service]) for service in unseen),
        )

    async def _do(self, key: Key, operation: ServiceOperation) -> None:
        service = ServiceName(operation.service)
        try:
            await self._holding.valid()
            async with patience.within(patience.GIVE, "the engine"):
                await self._change(key, operation)
            self._reports.done(key, operation, None)
        except WorkFailed as error:
            if isinstance(operation, ApplyService):
                self._reports.not_taken(key, operation.desired, error)
            else:
                self._reports.troubled(key, error)
        except FairwayError as error:
            self._reports.troubled(key, error)
        self._under_way[key, service] = Given(verb=type(operation).__name__, ended=self._lookout.engine_changed())

    async def _change(self, key: Key, operation: ServiceOperation) -> None:
        match operation:
            case ApplyService(desired=desired, routed=routed):
                spec = desired.spec
                values = await self._variables(spec.app, spec.environment, spec.configuration, spec.service)
                await self._engine.apply(desired, variables=values, told=told(spec), routed=routed)
            case RemoveService(service=service):
                await self._engine.withdraw(*key, ServiceName(service))


def nothing_yet(key: Key, service: ServiceName, verb: str) -> ObservedService:
    """A service that only shows in what is under way on it."""
    return ObservedService(
        app=key[0],
        environment=key[1],
        service=service,
        deployment=DeploymentId(0),
        release=ReleaseNumber(0),
        replicas=0,
        busy=verb,
    )

"""The admission check: what is to be desired has to fit on the host beside all else that is desired there.

One change at a time is checked and written (`turn`), so that two environments are not both given the last place. A
server checks what its own host holds: the apps of other servers that share the store are on other hosts.

Where the host can't be measured (Docker is down) nothing is refused: an error of ours must not stand in the way, and
the engine will say what it can't start.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from fairway.domain import capacity, capacity_most, capacity_text
from fairway.domain.app import Environment
from fairway.domain.capacity import NOTHING, Amount, Budget, Fitting, Host, Policy, Refusal
from fairway.domain.capacity_most import Most
from fairway.domain.deployment import Cause, RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.errors import Conflict, NotFound, UsageError
from fairway.ports.host import HostSize
from fairway.ports.stores import Deployments, DesiredStates

Jobs = Callable[[], Awaitable[Amount]]
"""What the jobs that run at this moment have reserved, or the databases."""


class NoRoom(Conflict):
    """It does not fit on the host; `cause` has the figures."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.sentence, why=cause.seen, hint=cause.fix)
        self.cause = cause


async def no_jobs() -> Amount:
    """None run."""
    return NOTHING


class Admitting:
    """Checks what is to be desired against what `size` says that the host has."""

    def __init__(
        self,
        size: HostSize,
        deployments: Deployments,
        desired: DesiredStates,
        policy: Policy | None = None,
        jobs: Jobs = no_jobs,
        databases: Jobs = no_jobs,
    ) -> None:
        self._size = size
        self._deployments = deployments
        self._desired = desired
        self._policy = policy or Policy()
        self._jobs = jobs
        self._databases = databases
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Within the context nobody else's change is checked or written."""
        async with self._lock:
            yield

    async def admit(self, before: DesiredEnvironment | None, after: DesiredEnvironment) -> Fitting:
        """The change as it fits: with fewer tasks at a time where there is no room for more. Raises NoRoom."""
        host = await self._size.size()
        if host is None:
            return Fitting(desired=after)
        budget = await self._budget(host, after.app, after.environment)
        answer = capacity.admit(budget, before, after)
        if isinstance(answer, Refusal):
            raise NoRoom(capacity_text.explain(answer, after.app, after.environment))
        return answer

    async def most(self, app: AppName, environment: EnvironmentName, service: ServiceName) -> Most | None:
        """How many tasks of the service the host can hold, and why no more; None when the host can't be measured.
        Raises NotFound when no such service is desired."""
        desired = await self._desired.get(app, environment)
        wanted = next((each for each in desired.services if each.spec.service == service), None) if desired else None
        if desired is None or wanted is None:
            raise NotFound(f"{environment} of {app} has no service {service}", hint="fairway status")
        host = await self._size.size()
        if host is None:
            return None
        budget = await self._budget(host, app, environment)
        beside = {
            f"{app} {environment} {each.spec.service}": capacity.each_of(each) * each.replicas
            for each in desired.services
            if each.spec.service != service
        }
        return capacity_most.most(wanted, Budget(host=host, policy=self._policy, others={**budget.others, **beside}))

    async def require_host(self, environment: Environment) -> None:
        """Raise UsageError for a description of an environment that this host could not hold if it were empty."""
        host = await self._size.size()
        found = capacity_text.find_misfit(environment, host, self._policy) if host is not None else None
        if found is not None:
            _, cause = found
            raise UsageError(cause.sentence, why=cause.seen, hint=cause.fix)

    async def _budget(self, host: Host, app: AppName, environment: EnvironmentName) -> Budget:
        return Budget(host=host, policy=self._policy, others=await self._others(app, environment))

    async def _others(self, app: AppName, environment: EnvironmentName) -> Mapping[str, Amount]:
        """What every other environment, the jobs, and the databases that Fairway runs have reserved."""
        others = {"jobs": await self._jobs(), "databases": await self._databases()}
        for each in await self._desired.list():
            if each.key != (app, environment):
                others[f"{each.app} {each.environment}"] = await self._reserved(each)
        return {name: amount for name, amount in others.items() if amount != NOTHING}

    async def _reserved(self, desired: DesiredEnvironment) -> Amount:
        """What an environment has reserved: while it is being deployed to, what its rollout needs at its peak."""
        rolling = await self._deployments.latest(desired.app, desired.environment, RolloutState.IN_PROGRESS)
        if rolling is None:
            return capacity.steady(desired)
        try:
            before = await self._deployments.before(desired.app, rolling.id)
        except NotFound:
            return capacity.steady(desired)  # its app was deleted at this moment
        return capacity.greater(capacity.steady(before), capacity.reserve(before, desired))

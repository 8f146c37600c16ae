"""What ECS does while CloudFormation waits for it, said as it happens.

An update of a service that fails takes CloudFormation many minutes: ECS starts tasks until its circuit breaker opens,
and then all goes back. The reason is known with the first task that ends, and is said then, in the stage's log. Where
it is certain that no further task would fare better (`stopped.is_certain`), the update is taken back at once. What came
of the deployment is judged when the stack is at rest.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from fairway.domain.aws import names, stopped
from fairway.domain.aws.rollouts import SeenService
from fairway.domain.ids import ServiceName
from fairway.errors import FairwayError
from fairway.pipeline.cloud.preparing import Prepared
from fairway.pipeline.cloud.reporting import Reporting, Told
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.rollouts import Rollouts
from fairway.ports.stacks import Stacks

EVERY = 15.0
"""Seconds between two looks, a call for ten services each."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What it works with."""

    stacks: Stacks
    rollouts: Rollouts
    reporting: Reporting
    clock: Clock

    async def beside(self, prepared: Prepared, log: LogSink, work: Awaitable[T], own: asyncio.Event) -> T:
        """What the work answers, watched until then; `own` is set once the update is the work's own, which alone may be
        taken back. Raises what the work raises; not in a group, as a TaskGroup would."""
        watch = asyncio.create_task(self._watch(prepared, log, own))
        try:
            return await work
        finally:
            watch.cancel()
            await asyncio.wait([watch])
            if not watch.cancelled():
                watch.result()

    async def _watch(self, prepared: Prepared, log: LogSink, own: asyncio.Event) -> None:
        said: dict[str, str] = {}
        told: Told | None = None
        cluster = names.cluster(prepared.app.name, prepared.name)
        services = [each.name for each in prepared.environment.services]
        try:
            while True:
                await self.clock.sleep(EVERY)
                found = await self.rollouts.services(cluster, services)
                seen = {ServiceName(name): each for name, each in found.items()}
                for name, each in seen.items():
                    if (text := describe(each)) and said.get(name) != text:
                        said[name] = text
                        log(f"ecs   {text}")
                if told is None and any(map(fails, seen.values())):
                    told = await self.reporting.tell_first(prepared, seen, log)
                    if told is not None and own.is_set() and is_hopeless(told, seen):
                        log("ecs   the next ones would fail as well: CloudFormation is told to take the update back")
                        await self.stacks.cancel(prepared.stack.name)
        except FairwayError as error:
            log(f"ecs   nothing more is done about it meanwhile: {error.what}")


def fails(service: SeenService) -> bool:
    """Whether a task of its newest deployment has failed."""
    return service.primary is not None and service.primary.failed > 0


def is_hopeless(told: Told, seen: Mapping[ServiceName, SeenService]) -> bool:
    """Whether none of the service's new tasks runs, and each further one would end as this one did."""
    service = seen.get(told.service.name)
    runs = service is not None and service.primary is not None and service.primary.running > 0
    return not runs and stopped.is_certain(told.task)


def describe(service: SeenService) -> str:
    """`web: 1 of 2 new tasks, 1 failed`; "" for a service without a deployment."""
    primary = service.primary
    if primary is None:
        return ""
    failed = f", {primary.failed} failed" if primary.failed else ""
    return f"{service.name}: {primary.running} of {service.desired} new tasks{failed}"

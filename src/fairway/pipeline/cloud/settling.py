"""Whether ECS runs a release: looked at until it does for the bake time, or it is certain that it will not.

CloudFormation waits for ECS by itself, so this is mostly over at the first look. It is what makes the verdict true all
the same: see `domain.aws.rollouts`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairway.domain.aws import names, rollouts
from fairway.domain.aws.rollouts import SeenService, Standing
from fairway.domain.ids import ServiceName
from fairway.pipeline.cloud.preparing import Prepared
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.rollouts import Rollouts
from fairway.ports.stacks import Stacks

EVERY = 5.0
"""Seconds between two looks, a call for ten services each."""
DEFINITION = "AWS::ECS::TaskDefinition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How it ended: `late` when it was not over in the rollout's time. `services` are those that were seen last."""

    standing: Standing
    services: Mapping[ServiceName, SeenService]
    late: bool = False

    @property
    def well(self) -> bool:
        """Whether every service runs the release, and did so for the bake time."""
        return self.standing.settled and not self.late


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """What it works with."""

    stacks: Stacks
    rollouts: Rollouts
    clock: Clock

    async def run(self, prepared: Prepared, log: LogSink) -> Settled:
        """How the services stand in the end. Raises what the ports raise."""
        wanted = await self._definitions(prepared)
        rollout = prepared.environment.rollout
        until, since, said = self.clock.now() + rollout.timeout + rollout.bake, None, ""
        while True:
            seen = await self._look(prepared, list(wanted))
            standing, now = rollouts.judge(wanted, seen), self.clock.now()
            # A task that falls over soon after its start has been healthy too.
            since = (now if since is None else since) if standing.settled else None
            if standing.failing or (since is not None and now - since >= rollout.bake):
                return Settled(standing=standing, services=seen)
            if now >= until:
                return Settled(standing=standing, services=seen, late=True)
            text = "; ".join(standing.moving) or f"{standing.text}; it has to stay so for {rollout.bake:g} s"
            if text != said:
                log(f"ecs   {text}")
            said = text
            await self.clock.sleep(EVERY if since is None else min(EVERY, since + rollout.bake - now))

    async def follows(self, prepared: Prepared) -> bool:
        """Whether ECS runs what the stack has by now. It does not where a circuit breaker has gone back by itself and
        CloudFormation called that complete."""
        made = {name: each for name, each in (await self._definitions(prepared)).items() if each}
        seen = await self._look(prepared, list(made))
        primaries = {name: each.primary for name, each in seen.items()}
        return all(found is None or found.definition == made[name] for name, found in primaries.items())

    async def _look(self, prepared: Prepared, services: Sequence[ServiceName]) -> Mapping[ServiceName, SeenService]:
        cluster = names.cluster(prepared.app.name, prepared.name)
        found = await self.rollouts.services(cluster, services)
        return {ServiceName(name): each for name, each in found.items()}

    async def _definitions(self, prepared: Prepared) -> Mapping[ServiceName, str]:
        """The task definition that each service is to run: what the stack has made for its family."""
        resources = await self.stacks.resources(prepared.stack.name)
        made = {rollouts.family(physical): physical for kind, physical in resources.values() if kind == DEFINITION}
        app, environment = prepared.app.name, prepared.name
        return {
            service.name: made.get(names.family(app, environment, service.name), "")
            for service in prepared.environment.services
        }

"""Waiting for tasks on ECS to be gone: those of an environment that closes, or of a release that was taken back. What
can't run beside them may begin then.

A service is steady as soon as its tasks were told to stop, and they may write until their containers have ended.
"""

from collections.abc import Collection
from dataclasses import dataclass

from fairway.domain.app import Environment
from fairway.domain.aws import names, rollouts
from fairway.domain.aws.stack import Kind
from fairway.domain.ids import AppName
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.rollouts import Rollouts
from fairway.ports.stacks import Stacks

EVERY = 5.0
"""Seconds between two looks."""
PATIENCE = 120.0
"""Seconds, beyond a task's own time to leave, after which one that is still there counts as one that does not end."""
DEFINITION = "AWS::ECS::TaskDefinition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What it works with."""

    stacks: Stacks
    rollouts: Rollouts
    clock: Clock

    async def wait(self, app: AppName, environment: Environment, log: LogSink, *, whole: bool = False) -> bool:
        """Whether none of the environment's services has a task left but of its stack's definitions, `whole`: of
        those neither. True once a look says so, false when none has in the time that tasks are given. Raises what
        the ports raise."""
        made = await self.stacks.resources(names.stack(app, Kind.SERVICES, environment.name))
        definitions = {physical for kind, physical in made.values() if kind == DEFINITION}
        until = self.clock.now() + patience(environment)
        said = 0
        while True:
            left = await self._count(app, environment, definitions, set() if whole else definitions)
            if not left:
                return True
            if left != said:
                log(f"{left} {'task has' if left == 1 else 'tasks have'} still to end")
            said = left
            if self.clock.now() >= until:
                return False
            await self.clock.sleep(EVERY)

    async def _count(self, app: AppName, environment: Environment, made: Collection[str], stay: Collection[str]) -> int:
        cluster = names.cluster(app, environment.name)
        alive = [
            definition
            for family in families(app, environment, made)
            for definition in await self.rollouts.alive(cluster, family)
        ]
        return sum(definition not in stay for definition in alive)


def families(app: AppName, environment: Environment, definitions: Collection[str]) -> set[str]:
    """Those of the release's services and of the stack's, which may have others. A job that runs at its time is none:
    it comes to its end, as on a server."""
    jobs = {names.family(app, environment.name, each.name) for each in environment.jobs}
    own = {names.family(app, environment.name, each.name) for each in environment.services}
    return (own | {rollouts.family(each) for each in definitions}) - jobs


def patience(environment: Environment) -> float:
    """Seconds: each task may finish its requests for as long as it may then take to stop."""
    return 2 * max((each.stop_timeout for each in environment.services), default=0.0) + PATIENCE

"""An environment on AWS is closed while its database is migrated, and opened again: by updates of its services' stack.

Whether it is closed is read from the stack each time. So a stage that was killed between any two steps is gone on with
by the next one, and what a deployment or CloudFormation itself has made of it since counts.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fairway.domain.app import Environment
from fairway.domain.aws import approach, doors, names
from fairway.domain.aws.approach import Approach
from fairway.domain.aws.doors import Door
from fairway.domain.aws.stack import Kind, SeenStack, Stack
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import Conflict, WorkFailed
from fairway.pipeline.cloud.leaving import Leaving
from fairway.pipeline.cloud.preparing import Prepared
from fairway.ports.builder import LogSink
from fairway.provision import raising, refusals
from fairway.provision.parts import Parts
from fairway.provision.raising import Wish

ATTEMPTS = 5
"""Looks at a stack that somebody else changes at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackDoors:
    """`fairway.migrate.parts.Doors` of one environment. `wish` says how long CloudFormation may take, and as whom it
    works."""

    parts: Parts
    leaving: Leaving
    environment: Environment
    wish: Callable[[], Wish]

    async def close(self, app: AppName, environment: EnvironmentName, log: LogSink) -> None:
        """The page first, then no task; returns when none is left. Raises WorkFailed when CloudFormation can't do it,
        or a task does not end, Conflict, Unavailable."""
        seen = await self._at_rest(app, environment)
        door = doors.read(seen.parameters)
        if door is None:
            raise missing(environment, seen.name)
        # A step that changes nothing, as of workers alone the first one, CloudFormation does not make.
        for step in doors.STEPS[door]:
            await self._bring(app, environment, step)
        if not await self.leaving.wait(app, self.environment, lambda text: log(f"closed; {text}"), whole=True):
            raise WorkFailed(
                f"{environment} could not be closed",
                why="its tasks did not end in the time that they have after their stop signal",
                hint=f"aws ecs list-tasks --cluster {names.cluster(app, environment)} shows them",
            )
        log("closed; no task is left")

    async def open(self, app: AppName, environment: EnvironmentName) -> None:
        """Let what it ran before come back, with the counts that it had or scaling's least; CloudFormation does it from
        here on by itself. Raises Conflict, Unavailable."""
        for _ in range(ATTEMPTS):
            seen = await self._at_rest(app, environment)
            if not doors.is_shut(seen.parameters):
                return
            wanted = await self._like(seen)
            door = doors.opened(doors.read(seen.parameters), same=True)
            try:
                changes = await self.parts.stacks.propose(wanted, {doors.PARAMETER: door}, role=self.wish().role)
                await self.parts.stacks.execute(changes)
            except Conflict:
                # Another run has changed it since it was looked at; or it is as it was, and this is the true refusal.
                if await self.parts.stacks.find(seen.name) == seen:
                    raise
            else:
                return
        raise refusals.contended(names.stack(app, Kind.SERVICES, environment))

    async def settle(self, app: AppName, environment: EnvironmentName) -> SeenStack:
        """The stack at rest, once an opening that CloudFormation was told of is over: counts are scaling's again then.
        Raises WorkFailed, Conflict, Unavailable."""
        seen = await self._at_rest(app, environment)
        if doors.read(seen.parameters) is not Door.OPENING:
            return seen
        return await self._bring(app, environment, Door.OPEN)

    async def _bring(self, app: AppName, environment: EnvironmentName, door: Door) -> SeenStack:
        wanted = await self._like(await self._at_rest(app, environment))
        return await raising.bring(self.parts, wanted, {doors.PARAMETER: door}, self.wish())

    async def _at_rest(self, app: AppName, environment: EnvironmentName) -> SeenStack:
        """The services' stack, once nobody changes it."""
        name = names.stack(app, Kind.SERVICES, environment)
        seen = await self.parts.stacks.find(name)
        if seen is not None and approach.decide(seen) is Approach.WAIT:
            await raising.wait(self.parts, seen, self.wish())
            seen = await self.parts.stacks.find(name)
        if seen is None:
            raise Conflict(f"{environment} has no stack {name}", why="it was deleted meanwhile", hint="fairway aws up")
        return seen

    async def _like(self, seen: SeenStack) -> Stack:
        """As it is, with all of its parameters: another release's template would change more than the door."""
        return Stack(
            name=seen.name,
            kind=Kind.SERVICES,
            template=await self.parts.stacks.template(seen.name),
            environment=self.environment.name,
            tags=seen.tags,
            protected=seen.protected,
        )


MakeDoors = Callable[[Prepared], StackDoors]
"""Takes a deployment; the doors of its environment."""


def missing(environment: str, stack: str) -> Conflict:
    """The error for an environment whose stack has no door."""
    return Conflict(
        f"{environment} can't be closed while it is migrated",
        why=f"{stack} is from before maintenance = true: it has no {doors.PARAMETER}",
        hint="fairway aws up, in a checkout of this commit; then try this stage again",
    )

"""The stage of an environment inside CodeBuild: a release becomes what the services' stack says, and then what runs.

CloudFormation and ECS do the work, and take it back when it fails. What is left to do here is to refuse what must not
begin, to follow what goes on, and to say truly how it ended. A run that was killed leaves nothing behind but the update
that it began: the next one waits for its end, and finds that nothing is left to change.
"""

import asyncio
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from fairway.cloudformation import synthesis, wires
from fairway.domain.aws import doors
from fairway.domain.aws.handover import Handover
from fairway.domain.aws.stack import SeenStack
from fairway.errors import FairwayError, WorkFailed
from fairway.pipeline.cloud import refusing, stackline
from fairway.pipeline.cloud.closing import StackDoors
from fairway.pipeline.cloud.failing import StageFailed
from fairway.pipeline.cloud.guarding import OpenGuard, unguarded
from fairway.pipeline.cloud.insisting import NOTHING, Insisted
from fairway.pipeline.cloud.leaving import Leaving
from fairway.pipeline.cloud.migrating import Migrating
from fairway.pipeline.cloud.moved import Moved
from fairway.pipeline.cloud.preparing import Prepared, Preparing, Synthesize
from fairway.pipeline.cloud.reporting import Reporting
from fairway.pipeline.cloud.settling import Settled, Settling
from fairway.pipeline.cloud.telling import Telling, Told
from fairway.pipeline.cloud.undoing import SeeingTo
from fairway.pipeline.cloud.watching import Watching
from fairway.pipeline.stages import source
from fairway.pipeline.stages.described import Load
from fairway.ports.builder import LogSink
from fairway.ports.rollouts import Rollouts
from fairway.provision import raising
from fairway.provision.parts import Parts
from fairway.provision.raising import Wish
from fairway.provision.telling import Begun
from fairway.provision.telling import Told as Happened
from fairway.wire import words

PATIENCE = 3.5 * 3600.0
"""Seconds for the stack: CloudFormation gives up on a service of ECS after three hours, CodeBuild on the stage after
four."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """What a deployment needs of AWS in one region; `guard` opens the guard of an environment with migrations."""

    parts: Parts
    rollouts: Rollouts
    guard: OpenGuard = unguarded


Connect = Callable[[str], Cloud]
"""Takes a region. Nothing is asked of AWS yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploying:
    """What the stage works with. `role` is the ARN of the role under which CloudFormation changes the services, None:
    it does so with the caller's own permissions. `insisted` is what somebody has told the stage besides. `version` is
    Fairway's own."""

    load: Load
    connect: Connect
    version: str
    role: str | None = None
    insisted: Insisted = NOTHING
    synthesize: Synthesize = synthesis.synthesize

    async def run(self, handover: Handover, environment: str, telling: Telling) -> None:
        """Returns once the environment runs the release. Raises, and has told, what failed: see `Preparing.run` for
        what is refused before anything changes; StageFailed for a deployment that failed."""
        telling.names = (environment,)
        telling.head(handover.app, handover.commit, handover.subject)
        with telling.stage(environment) as told:
            rooms = self._furnish(handover, told)
            prepared = await rooms.preparing.run(handover, environment, telling, told)
            moved = await self._migrate(prepared, rooms, telling)
            try:
                done = await self._bring(prepared, rooms, told)
            except FairwayError as error:
                if moved is None:
                    raise
                raise await rooms.seeing_to.run(prepared, moved, error, telling) from error
            told.summary = f"{done}; {moved.summary}" if moved is not None and moved.summary else done

    async def _migrate(self, prepared: Prepared, rooms: "Rooms", telling: Telling) -> Moved | None:
        """The database first. What an earlier run began with the services ends before that: which release serves is to
        be seen."""
        if prepared.environment.migrations is not None and prepared.seen.moving:
            await raising.wait(rooms.parts, prepared.seen, self._wish(prepared, rooms.parts))
        try:
            return await rooms.migrating.run(prepared, telling)
        except StageFailed as error:
            raise await rooms.seeing_to.refused(prepared, error, telling) from error

    async def _bring(self, prepared: Prepared, rooms: "Rooms", told: Told) -> str:
        """Bring the services to the release; the summary, once they are."""
        after = await self._change(prepared, rooms, told)
        settled = await rooms.settling.run(prepared, told.log)
        if not settled.well:
            raise await rooms.reporting.of_services(prepared, settled, told.log)
        after = await rooms.seeing_to.opened(prepared, after, told.log)
        return conclude(prepared, after, settled, told.log)

    def _furnish(self, handover: Handover, told: Told) -> "Rooms":
        """What the steps work with, in the region of the release. Raises UsageError for one that is not on AWS."""
        app = self.load(handover.text, file=source.MANIFEST, defaults=handover.defaults)
        cloud = self.connect(refusing.require_aws(app).region)
        parts = replace(cloud.parts, tell=lambda said: stackline.log(said, told.log))
        settling = Settling(stacks=parts.stacks, rollouts=cloud.rollouts, clock=parts.clock)
        reporting = Reporting(stacks=parts.stacks, rollouts=cloud.rollouts, clock=parts.clock)
        leaving = Leaving(stacks=parts.stacks, rollouts=cloud.rollouts, clock=parts.clock)

        def make_doors(prepared: Prepared) -> StackDoors:
            wish = functools.partial(self._wish, prepared, parts)
            return StackDoors(parts=parts, leaving=leaving, environment=prepared.environment, wish=wish)

        migrating = Migrating(
            load=self.load,
            stacks=parts.stacks,
            secrets=parts.secrets,
            settling=settling,
            clock=parts.clock,
            open=cloud.guard,
            doors=make_doors,
            insisted=self.insisted,
        )
        return Rooms(
            parts=parts,
            preparing=Preparing(
                load=self.load,
                stacks=parts.stacks,
                secrets=parts.secrets,
                version=self.version,
                synthesize=self.synthesize,
            ),
            migrating=migrating,
            seeing_to=SeeingTo(stacks=parts.stacks, migrating=migrating, leaving=leaving, doors=make_doors),
            watching=Watching(stacks=parts.stacks, rollouts=cloud.rollouts, reporting=reporting, clock=parts.clock),
            settling=settling,
            reporting=reporting,
        )

    async def _change(self, prepared: Prepared, rooms: "Rooms", told: Told) -> SeenStack:
        """The services' stack, brought to the release."""
        wish = self._wish(prepared, rooms.parts)
        told.log(f"stack   {prepared.stack.name}: {prepared.handover.image.reference}")
        own = asyncio.Event()

        def tell(said: Happened) -> None:
            if isinstance(said, Begun) and said.doing == "changing":
                own.set()
            rooms.parts.tell(said)

        try:
            parts = replace(rooms.parts, tell=tell)
            bringing = raising.bring(parts, prepared.stack, await self._parameters(prepared, parts), wish)
            return await rooms.watching.beside(prepared, told.log, bringing, own)
        except WorkFailed as error:
            raise await rooms.reporting.of_stack(prepared, error, told.log) from error

    async def _parameters(self, prepared: Prepared, parts: Parts) -> Mapping[str, str]:
        """Those of the release, by which an environment that is closed is opened too."""
        if doors.PARAMETER not in prepared.stack.template.get("Parameters", {}):
            return prepared.parameters
        seen = await parts.stacks.find(prepared.stack.name)
        found = seen.parameters if seen is not None else {}
        door = doors.opened(doors.read(found), same=prepared.is_at(found))
        return {**prepared.parameters, doors.PARAMETER: door}

    def _wish(self, prepared: Prepared, parts: Parts) -> Wish:
        return Wish(app=prepared.app.name, until=parts.clock.now() + PATIENCE, role=self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """The steps of a deployment, in their order, with what is done when one fails."""

    parts: Parts
    preparing: Preparing
    migrating: Migrating
    seeing_to: SeeingTo
    watching: Watching
    settling: Settling
    reporting: Reporting


def conclude(prepared: Prepared, after: SeenStack, settled: Settled, log: LogSink) -> str:
    """The stage's summary: `9c1f2e7; 2 of 2 tasks healthy`."""
    if url := after.outputs.get(wires.URL):
        log(f"url   {url}")
    before = prepared.seen
    changed = after.parameters != before.parameters or before.moving
    done = words.commit(prepared.handover.commit) + ("" if changed else " runs already")
    return f"{done}; {settled.standing.text}"

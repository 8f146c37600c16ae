"""What becomes of a migration whose release could not be deployed on AWS, and how the stage's report says so.

CloudFormation has gone back to what was before when this begins. A stage that is killed here is run again: what it has
begun of a way back is found out first, and then the release comes once more, with its migrations if they were gone.
"""

from dataclasses import dataclass, replace

from fairway.domain import taking_back
from fairway.domain.aws import approach, doors
from fairway.domain.aws.approach import Approach
from fairway.domain.aws.stack import SeenStack
from fairway.domain.migrations import Undoing
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.domain.taking_back import Course
from fairway.errors import Conflict, FairwayError
from fairway.pipeline.cloud import restoring, setting
from fairway.pipeline.cloud.closing import MakeDoors
from fairway.pipeline.cloud.failing import StageFailed
from fairway.pipeline.cloud.leaving import Leaving
from fairway.pipeline.cloud.migrating import Migrating
from fairway.pipeline.cloud.moved import Moved
from fairway.pipeline.cloud.preparing import Prepared
from fairway.pipeline.cloud.telling import Telling
from fairway.ports.builder import LogSink
from fairway.ports.stacks import Stacks

AGAIN = "push a commit that mends it; its migrations come again"
CLOSED, OPENED = "the environment stays closed", "the environment is open again, with the release that served"
OPENS = "the environment opens with the next deployment that comes up"
STANDS = {
    Outcome.UNTOUCHED: "its database has the migrations still",
    Outcome.HALF: "its database is half-way back",
    Outcome.UNKNOWN: "how its database stands could not be found out",
}
WELL = frozenset({PassageStatus.MIGRATED, PassageStatus.SKIPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeingTo:
    """What it works with."""

    stacks: Stacks
    migrating: Migrating
    leaving: Leaving
    doors: MakeDoors

    async def run(self, prepared: Prepared, moved: Moved, error: FairwayError, telling: Telling) -> FairwayError:
        """The deployment's failure with what became of what was migrated. What did not fail, but could not be seen to
        its end, is left to a retry. Raises Unavailable."""
        settings, brought = prepared.environment.migrations, moved.brought
        if settings is None or brought is None or not isinstance(error, StageFailed):
            return moved.told(error)
        course = taking_back.choose(brought, settings)
        if course is Course.KEPT:
            return moved.told(error, taking_back.find_bar(brought) if settings.on_failure is Undoing.BACK else "")
        if why := await self._find_obstacle(prepared, course, telling):
            return moved.told(error, why)
        if course is Course.STUCK:
            return add(error, stuck(taking_back.find_bar(brought)), ways_out(prepared, brought))
        telling.log(f"the deployment failed: {error.what}; what was migrated for it is taken back")
        return await self._take_back(prepared, moved, brought, error, telling, closed=course is Course.REOPEN)

    async def refused(self, prepared: Prepared, error: StageFailed, telling: Telling) -> StageFailed:
        """The guard's refusal or failure, with what nobody would guess: that nothing serves."""
        seen = await self._settle(prepared, telling.log)
        if seen is None or not doors.is_shut(seen.parameters) or CLOSED in error.cause.seen:
            return error
        return add(error, CLOSED, OPENS)

    async def opened(self, prepared: Prepared, after: SeenStack, log: LogSink) -> SeenStack:
        """The stack of a deployment that has succeeded, with its counts left to scaling again."""
        return await self._settle(prepared, log) or after

    async def _settle(self, prepared: Prepared, log: LogSink) -> SeenStack | None:
        """The stack once what was begun to open it is over; None where it has no door, or can't be seen to."""
        if doors.PARAMETER not in prepared.stack.template.get("Parameters", {}):
            return None
        try:
            return await self.doors(prepared).settle(prepared.app.name, prepared.name)
        except FairwayError as error:
            log(f"stack   what is left of the opening is the next deployment's to do: {error.what}")
            return await self.stacks.find(prepared.stack.name)

    async def _find_obstacle(self, prepared: Prepared, course: Course, telling: Telling) -> str:
        """Why the failed release may need the schema still, "" when it is gone. A way back in an environment that is
        closed sees to the tasks itself."""
        seen = await self.stacks.find(prepared.stack.name)
        if seen is None or approach.decide(seen) is not Approach.CHANGE or prepared.is_at(seen.parameters):
            return f"{prepared.stack.name} has not gone back to another release"
        if course is not Course.BACK:
            return ""

        def say(text: str) -> None:
            telling.log(f"ecs   the failed release: {text}")

        if await self.leaving.wait(prepared.app.name, prepared.environment, say):
            return ""
        return "tasks of the failed release still run, and they need them"

    async def _take_back(
        self,
        prepared: Prepared,
        moved: Moved,
        brought: Passage,
        error: StageFailed,
        telling: Telling,
        *,
        closed: bool,
    ) -> FairwayError:
        try:
            back = await self.migrating.take_back(
                prepared, brought, telling, opens_at=Outcome.APPLIED if closed else None
            )
        except Conflict as conflict:
            why = f"{conflict.what}: {conflict.why}"
            return add(error, stuck(why), ways_out(prepared, brought)) if closed else moved.told(error, why)
        if back.status in WELL:
            return await self._went_well(prepared, back, error, telling, closed=closed)
        sentence = back.cause.sentence if back.cause is not None else f"the way back was {back.status.lower()}"
        outcome = back.outcome or Outcome.UNKNOWN
        if outcome is Outcome.UNTOUCHED and not closed:
            return moved.told(error, sentence)
        fix = back.cause.fix if back.cause is not None else ""
        if closed and outcome is Outcome.UNTOUCHED:
            fix = ways_out(prepared, brought)
        return add(error, f"{sentence}; {STANDS[outcome]}" + f"; {CLOSED}" * closed, fix)

    async def _went_well(
        self, prepared: Prepared, back: Passage, error: StageFailed, telling: Telling, *, closed: bool
    ) -> StageFailed:
        if not closed:
            return add(error, back.summary, AGAIN)
        seen = await self._settle(prepared, telling.log)
        if seen is None or doors.is_shut(seen.parameters):
            return add(error, f"{back.summary}; {CLOSED}: what served did not come up again", f"{AGAIN}; {OPENS}")
        return add(error, f"{back.summary}; {OPENED}", AGAIN)


def stuck(why: str) -> str:
    """How it stands where an environment was closed and what was migrated is not taken back."""
    return f"its database has the migrations, which are not taken back: {why}; {CLOSED}"


def ways_out(prepared: Prepared, brought: Passage) -> str:
    """How an environment that stays closed is opened: with the release, or with the backup and what ran before."""
    again = "a retry of the stage deploys it again, or push a commit that mends it"
    if brought.backup is None:
        return again
    told = setting.switch(prepared.app.name, prepared.name, restoring.VARIABLE, brought.backup)
    return f"{again}; or {told} and push a commit that runs on the schema of before: its stage puts that backup back"


def add(error: StageFailed, seen: str, fix: str) -> StageFailed:
    """The failure with how the database stands, and what to do about that."""
    cause = error.cause
    return StageFailed(
        replace(
            cause,
            seen="; ".join(part for part in (cause.seen, seen) if part),
            fix="; ".join(part for part in (cause.fix, fix) if part),
        )
    )

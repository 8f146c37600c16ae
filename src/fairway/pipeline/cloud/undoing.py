"""What becomes of a migration whose release could not be deployed on AWS, and how the stage's report says so.

CloudFormation has gone back to what ran before when this begins. A stage that is killed here is run again: what it has
begun of a way back is found out first, and then the release comes once more, with its migrations if they were gone.
"""

from dataclasses import dataclass, replace

from fairway.cloudformation import wires
from fairway.domain import taking_back
from fairway.domain.aws import approach
from fairway.domain.aws.approach import Approach
from fairway.domain.aws.stack import SeenStack
from fairway.domain.migrations import Undoing
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.domain.taking_back import Course
from fairway.errors import Conflict, FairwayError
from fairway.pipeline.cloud.failing import StageFailed
from fairway.pipeline.cloud.leaving import Leaving
from fairway.pipeline.cloud.migrating import Migrating
from fairway.pipeline.cloud.moved import Moved
from fairway.pipeline.cloud.preparing import Prepared
from fairway.pipeline.cloud.telling import Telling
from fairway.ports.stacks import Stacks

AGAIN = "push a commit that mends it; its migrations come again"
STANDS = {
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

    async def run(self, prepared: Prepared, moved: Moved, error: FairwayError, telling: Telling) -> FairwayError:
        """The deployment's failure with what became of what was migrated. What did not fail, but could not be seen to
        its end, is left to a retry. Raises Unavailable."""
        settings, brought = prepared.environment.migrations, moved.brought
        if settings is None or brought is None or not isinstance(error, StageFailed):
            return moved.told(error)
        if taking_back.choose(brought, settings) is not Course.BACK:
            barred = taking_back.find_bar(brought) if settings.on_failure is Undoing.BACK else ""
            return moved.told(error, barred)
        if why := await self._find_obstacle(prepared, telling):
            return moved.told(error, why)
        telling.log(f"the deployment failed: {error.what}; what was migrated for it is taken back")
        return await self._take_back(prepared, moved, brought, error, telling)

    async def _find_obstacle(self, prepared: Prepared, telling: Telling) -> str:
        """Why the failed release may need the schema still, "" when it is gone."""
        seen = await self.stacks.find(prepared.stack.name)
        if seen is None or not is_back(seen, prepared):
            return f"{prepared.stack.name} has not gone back to another release"
        if await self.leaving.wait(prepared.app.name, prepared.environment, telling.log):
            return ""
        return "tasks of the failed release still run, and they need them"

    async def _take_back(
        self, prepared: Prepared, moved: Moved, brought: Passage, error: StageFailed, telling: Telling
    ) -> FairwayError:
        try:
            back = await self.migrating.take_back(prepared, brought, telling)
        except Conflict as conflict:
            return moved.told(error, f"{conflict.what}: {conflict.why}")
        if back.status in WELL:
            return add(error, back.summary, AGAIN)
        sentence = back.cause.sentence if back.cause is not None else f"the way back was {back.status.lower()}"
        if back.outcome is Outcome.UNTOUCHED:
            return moved.told(error, sentence)
        fix = back.cause.fix if back.cause is not None else ""
        return add(error, f"{sentence}; {STANDS[back.outcome or Outcome.UNKNOWN]}", fix)


def is_back(seen: SeenStack, prepared: Prepared) -> bool:
    """Whether the services' stack is at rest, at another release than the one that failed."""
    own = (wires.IMAGE_DIGEST, wires.CONFIGURATION_VERSION, wires.COMMIT)
    another = any(seen.parameters.get(each, "") != prepared.parameters[each] for each in own)
    return another and approach.decide(seen) is Approach.CHANGE


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

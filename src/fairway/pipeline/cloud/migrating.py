"""The guard before a deployment on AWS: what is ordered of it, and what its passage means for the stage.

A stage may be run again at any time, by a person or by CodePipeline, after a build that was killed anywhere. So the
release has a number of its own in the environment, which the same handover always gets, and a passage's key says which
release it is for, and after how many passages of the environment it was wanted. Retried in the middle of a passage the
stage comes to that one; retried after its end it begins another, which finds nothing pending.
"""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from fairway.cloudformation import wires
from fairway.domain import guarding
from fairway.domain.aws import doors, names
from fairway.domain.aws.shipment import Shipment
from fairway.domain.aws.stack import Kind, SeenStack
from fairway.domain.deployment import Cause
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.domain.release import Release
from fairway.errors import Unavailable
from fairway.migrate.parts import Order, WayBack
from fairway.migrate.returning import make_order
from fairway.pipeline.cloud import placing, refusing, restoring, returning
from fairway.pipeline.cloud.advising import OnAws
from fairway.pipeline.cloud.closing import MakeDoors
from fairway.pipeline.cloud.failing import StageFailed
from fairway.pipeline.cloud.guarding import Opened, OpenGuard, Wanted
from fairway.pipeline.cloud.insisting import NOTHING, Insisted
from fairway.pipeline.cloud.moved import Moved
from fairway.pipeline.cloud.preparing import Prepared
from fairway.pipeline.cloud.returning import Going
from fairway.pipeline.cloud.settling import Settling
from fairway.pipeline.cloud.telling import Telling
from fairway.pipeline.cloud.viewing import RECENT, Viewing
from fairway.pipeline.stages.described import Load
from fairway.pipeline.stages.guarded import ENDED_WELL
from fairway.ports.account import CloudSecrets
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock
from fairway.ports.stacks import Stacks
from fairway.wire import words

BY = "fairway stage deploy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrating:
    """What it works with."""

    load: Load
    stacks: Stacks
    secrets: CloudSecrets
    settling: Settling
    clock: Clock
    open: OpenGuard
    doors: MakeDoors
    insisted: Insisted = NOTHING

    async def run(self, prepared: Prepared, telling: Telling) -> Moved | None:
        """See the environment's database through to the release, before anything else is changed; what has become of
        it, None where the release has no migrations. Raises StageFailed when the guard stops it, Conflict where what it
        needs is not there, UsageError for what it can't guard, Unavailable."""
        if prepared.environment.migrations is None:
            return None
        async with self._opened(prepared, telling) as (opened, shipment, release):
            made = await finish_others(opened, release, telling.log)
            shut = doors.is_shut(prepared.seen.parameters)
            await restoring.put_back(self.insisted.restored, made, opened.guard.parts, BY, shut=shut, log=telling.log)
            subject = await opened.guard.find(release)
            refusing.require_fit_for_ecs(subject, prepared.name)
            kept = await opened.shipments.list(limit=RECENT)
            going = Going(shipment=shipment, subject=subject, kept=kept, made=made)
            returning.require_fit(going, self.insisted.accepted, telling.log)
            passage = await take(opened, release, made, telling.log)
            require_well(passage)
            return Moved(passage=passage, brought=find_brought(passage, release, made))

    async def take_back(
        self, prepared: Prepared, brought: Passage, telling: Telling, *, opens_at: Outcome | None = None
    ) -> Passage:
        """Take away what the passage has brought, and return the passage that did, as it ended; `opens_at` as it has
        it. Raises Conflict when the release whose image has the way back is not kept any more, Unavailable."""
        async with self._opened(prepared, telling) as (opened, _, release):
            made = await find_passages(opened, release)
            wanted = WayBack(
                app=release.app,
                environment=release.environment,
                key=f"back/{brought.number}/{after(made)}",
                by=BY,
                passage=brought.number,
                opens_at=opens_at,
            )
            return await give(opened, await make_order(opened.guard.parts, wanted), telling.log)

    @contextlib.asynccontextmanager
    async def _opened(self, prepared: Prepared, telling: Telling) -> AsyncIterator[tuple[Opened, Shipment, Release]]:
        """The environment's guard, and the release as it is kept. Raises as `run` does."""
        data = await self.stacks.find(names.stack(prepared.app.name, Kind.DATA, prepared.name))
        place = placing.read(prepared, data)
        viewing = Viewing(
            load=self.load,
            stacks=self.stacks,
            secrets=self.secrets,
            follows=lambda: self.settling.follows(prepared),
            telling=telling,
        )
        wanted = Wanted(
            place=place,
            views=viewing.of,
            doors=self.doors(prepared),
            masks=telling,
            advice=OnAws(app=prepared.app, place=place, instances=instances(prepared, data)),
        )
        async with self.open(wanted) as opened:
            shipment = await opened.shipments.keep(prepared.handover, at=self.clock.now())
            release = viewing.describe(shipment)
            telling.log(f"guard   {words.commit(release.commit)} is release {release.number} of {prepared.name}")
            yield opened, shipment, release


async def finish_others(opened: Opened, release: Release, log: LogSink) -> Sequence[Passage]:
    """The environment's passages, none of which is another release's, or a way back, that was left while it migrated:
    such a one is found out first, since how the database stands decides what may follow. Raises Unavailable."""
    made = await find_passages(opened, release)
    others = [each for each in made if each.release != release.number or each.back_of is not None]
    left = [each for each in others if each.status is PassageStatus.MIGRATING]
    for each in left:
        log(f"passage {each.number} was left while it migrated; that comes first")
        await opened.guard.finish(each, log)
    return await find_passages(opened, release) if left else made


async def find_passages(opened: Opened, release: Release) -> Sequence[Passage]:
    """Those of the environment, newest first."""
    return await opened.passages.list(release.app, environment=release.environment, limit=RECENT)


async def take(opened: Opened, release: Release, made: Sequence[Passage], log: LogSink) -> Passage:
    """The passage as it ended. Raises Unavailable, with the way on."""
    order = Order(
        app=release.app,
        environment=release.environment,
        key=find_key(release, made),
        by=BY,
        release=release,
        goes=True,
    )
    return await give(opened, order, log)


async def give(opened: Opened, order: Order, log: LogSink) -> Passage:
    """The order's passage as it ended. Raises Unavailable, with the way on."""
    try:
        return await opened.guard.take(order, log)
    except Unavailable as error:
        hint = error.hint or "a retry of the stage goes on where this one ended: no migration is made twice"
        raise Unavailable(error.what, why=error.why, hint=hint) from error


def find_key(release: Release, made: Sequence[Passage]) -> str:
    """`release/7/12`: that of the release's passage which has not ended; else a new one, by the number after the
    environment's newest."""
    for each in made:
        if each.release == release.number and each.back_of is None and not each.finished:
            return each.key
    return f"release/{release.number}/{after(made)}"


def after(made: Sequence[Passage]) -> int:
    """The number after the environment's newest passage, which no key has had."""
    return max((each.number for each in made), default=0) + 1


def require_well(passage: Passage) -> None:
    """Raise StageFailed for one that did not end well."""
    if passage.status not in ENDED_WELL:
        raise StageFailed(passage.cause or Cause(sentence=passage.summary or f"the migration {passage.status.lower()}"))


def find_brought(passage: Passage, release: Release, made: Sequence[Passage]) -> Passage | None:
    """The passage that brought the release's migrations and was not taken back, be it this one or one of an earlier run
    of the stage."""
    return next((each for each in guarding.still_there((passage, *made)) if each.release == release.number), None)


def instances(prepared: Prepared, data: SeenStack | None) -> dict[str, str]:
    """The identifiers in RDS of the environment's own databases, by the variables that have their URLs."""
    outputs = data.outputs if data is not None else {}
    found = {variable: outputs.get(wires.database(name), "") for variable, name in prepared.environment.given.items()}
    return {variable: instance for variable, instance in found.items() if instance}

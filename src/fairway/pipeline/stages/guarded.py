"""The guard before a deployment, as its stage has it: what is ordered, and what its passage means for the stage."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from fairway.domain import guarding
from fairway.domain.deployment import Cause
from fairway.domain.execution import Execution
from fairway.domain.guarding import NOTHING, Agreed, Return
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.domain.pipeline import REHEARSE, Approval
from fairway.domain.release import Release
from fairway.errors import NotFound, Unavailable
from fairway.migrate.parts import Order, WayBack
from fairway.pipeline.work import Done, Failed, Work
from fairway.ports.builder import LogSink

BACK = "back"
"""What the keys of ways back have before the attempt."""
ENDED_WELL = frozenset({PassageStatus.SKIPPED, PassageStatus.REHEARSED, PassageStatus.MIGRATED})


class Guarding(Protocol):
    """The guard, with what follows a stopped execution."""

    async def take(self, order: Order, log: LogSink) -> Passage:
        """See the order through, and return its passage as it ended. Raises Unavailable."""
        ...

    async def take_back(self, wanted: WayBack, log: LogSink) -> Passage:
        """Take away what an earlier passage has migrated, and return the passage that did, as it ended. Raises
        NotFound, Conflict when the image with the way back is gone, Unavailable."""
        ...

    async def get(self, app: AppName, number: int) -> Passage:
        """An earlier passage. Raises NotFound."""
        ...

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 20) -> Sequence[Passage]:
        """The newest passages, newest first."""
        ...

    async def abandon(self, app: AppName, key: str) -> None:
        """End the passages whose keys begin so, as far as they do not migrate."""
        ...

    async def find_return(self, release: Release) -> Return | None:
        """Whether its environment's database still fits the release; None where it has no migrations."""
        ...


class Unguarded:
    """Of a server that changes no database."""

    async def take(self, order: Order, log: LogSink) -> Passage:
        """Raises Unavailable."""
        raise Unavailable(f"{order.environment} has migrations, and this server has no guard")

    async def take_back(self, wanted: WayBack, log: LogSink) -> Passage:
        """Raises Unavailable."""
        raise Unavailable(f"{wanted.environment} has migrations, and this server has no guard")

    async def get(self, app: AppName, number: int) -> Passage:
        """Raises NotFound."""
        raise NotFound(f"{app} has no passage {number}")

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 20) -> Sequence[Passage]:
        """There is none."""
        return ()

    async def abandon(self, app: AppName, key: str) -> None:
        """There is none."""

    async def find_return(self, release: Release) -> Return | None:
        """Every release fits."""


UNGUARDED = Unguarded()


def key_of(execution: Execution, stage: str) -> str:
    """How the keys of a stage's passages begin."""
    return f"execution/{execution.number}/{stage}/"


def output(stage: str) -> str:
    """Under which the number of the rehearsal's passage is handed on."""
    return f"passage/{stage}"


async def rehearse(work: Work, release: Release, guard: Guarding) -> Done | Failed:
    """The rehearsal before an approval."""
    passage = await guard.take(make_order(work, release, goes=False), work.log)
    if passage.status not in ENDED_WELL:
        return fail(passage, work)
    asked = passage.judged.asked if passage.judged is not None else ()
    passes = () if asked else unneeded(work)
    return Done(summary=passage.summary, outputs={output(work.stage): passage.number}, passes=passes)


async def migrate(work: Work, release: Release, guard: Guarding) -> Passage | Failed | None:
    """Before the deployment; the passage that has migrated, None where nothing was to be done."""
    if release.description.migrations is None:
        return None
    order = replace(make_order(work, release, goes=True), agreed=await find_agreed(work, release, guard))
    passage = await guard.take(order, work.log)
    if passage.status not in ENDED_WELL:
        return fail(passage, work)
    return passage if passage.status is PassageStatus.MIGRATED else None


async def find_migrated(work: Work, release: Release, guard: Guarding) -> Passage | None:
    """What an earlier attempt of the execution has migrated, and is still there; None when it has not."""
    if release.description.migrations is None:
        return None
    made = guarding.still_there(await guard.list(release.app, environment=release.environment))
    mine = (each for each in made if each.execution == work.execution.number)
    return next(mine, None)


async def find_agreed(work: Work, release: Release, guard: Guarding) -> Agreed:
    """What was shown before the approval: that the stage has come to its deployment says that it was given."""
    number = work.outputs.get(output(work.stage))
    if number is None:
        return NOTHING
    passage = await guard.get(release.app, int(number))
    return guarding.agree(passage.judged.asked) if passage.judged is not None else NOTHING


def make_order(work: Work, release: Release, *, goes: bool) -> Order:
    """What is ordered. The attempt is in the key, so that a retry makes a passage of its own."""
    execution = work.execution
    part = "" if goes else f"{REHEARSE}/"
    return Order(
        app=release.app,
        environment=release.environment,
        key=f"{key_of(execution, work.stage)}{part}{work.attempt}",
        by=execution.trigger.by,
        release=release,
        goes=goes,
        execution=execution.number,
    )


def make_way_back(work: Work, passage: int, opens_at: Outcome | None) -> WayBack:
    """What is ordered to take a passage back. The attempt is in its key too."""
    execution = work.execution
    return WayBack(
        app=execution.app,
        environment=EnvironmentName(work.stage),
        key=f"{key_of(execution, work.stage)}{BACK}/{work.attempt}",
        by=execution.trigger.by,
        passage=passage,
        opens_at=opens_at,
        execution=execution.number,
    )


def unneeded(work: Work) -> tuple[str, ...]:
    """The approvals of the stage that are only there for what was not found."""
    stage = work.execution.stage(work.stage)
    actions = (each.action for each in stage.actions) if stage is not None else ()
    return tuple(action.name for action in actions if isinstance(action, Approval) and action.if_asked)


def fail(passage: Passage, work: Work) -> Failed:
    """The stage's answer to a passage that did not end well."""
    cause = passage.cause or Cause(sentence=passage.summary or f"the migration was {passage.status.lower()}")
    show = f"fairway show {work.execution.number}"
    return Failed(summary=cause.sentence, cause=replace(cause, more=(*cause.more, show)))

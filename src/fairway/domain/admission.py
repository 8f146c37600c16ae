"""Which executions of an app enter which stages now: pure, CodePipeline's three modes.

SUPERSEDED and QUEUED: a stage holds one execution at a time, from its entry until it has ended there. In front of each
stage SUPERSEDED keeps one waiting execution, the newest; QUEUED keeps all of them in the order in which they came.
PARALLEL: nobody waits for anybody. A stage whose transition is disabled lets nobody in; those that wait can still be
superseded.

A rollback comes from no stage before: it goes in front of all that wait, through a disabled transition too, as soon as
nothing works in its stage. An approval that waits there is no work.

Pull requests have a lane of their own beside the pipeline: one of them at a time in each stage, in the order in which
they came. So they neither hold up a push nor overtake one. A newer head supersedes what waits of the same pull request.

Where CodePipeline refuses an execution (beyond 50 at once), ours waits at the door: no push is lost.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from fairway.domain.app import Mode
from fairway.domain.execution import INSIDE, ActionStatus, Execution, ExecutionStatus, Kind, Stage, StageStatus
from fairway.domain.pipeline import Approval

LIMIT = 50
"""Executions under way at once in the modes QUEUED and PARALLEL (CodePipeline's quota)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What to do: `enter` go into their stages now, `superseded` end without going further."""

    enter: tuple[tuple[Execution, Stage], ...]
    superseded: tuple[Execution, ...]


def admit(
    unfinished: Iterable[Execution], *, closed: Collection[str] = (), entered: Mapping[str, int] | None = None
) -> Admission:
    """The admissions among the unfinished executions of one app.

    `closed` are the stages whose inbound transition is disabled; `entered` the highest number of an execution of the
    kind STANDARD that ever entered a stage: an older one must not follow it there, or it would take the environment
    back.

    Concrete example (SUPERSEDED): 41 is in build, 42 and 43 wait in front of it: 42 is superseded. 41 goes on to
    package: 43 enters build.
    """
    ordered = sorted(unfinished, key=lambda execution: execution.number)
    waiting: dict[str, list[tuple[Execution, Stage]]] = defaultdict(list)
    taken: set[str] = set()
    tried = [execution for execution in ordered if execution.kind is Kind.PULL_REQUEST]
    ordered = [execution for execution in ordered if execution.kind is not Kind.PULL_REQUEST]
    for execution in ordered:
        stage = execution.place
        if stage is None or execution.status is ExecutionStatus.STOPPING:
            taken |= {stage.name} if stage else set()
        elif stage.status in INSIDE:
            taken |= {stage.name} if execution.mode is not Mode.PARALLEL else set()
        elif execution.kind is Kind.STANDARD:
            waiting[stage.name].append((execution, stage))
    under_way = sum(execution.status is not ExecutionStatus.QUEUED for execution in ordered)
    enter = go_back(ordered)
    taken |= {stage.name for _, stage in enter}
    superseded = outdated(tried)
    enter += take_turns([execution for execution in tried if execution not in superseded])
    for name, those in waiting.items():
        over = overtaken([execution for execution, _ in those], (entered or {}).get(name, 0))
        superseded += over
        able = [] if name in closed else [each for each in those if each[0] not in over]
        for execution, stage in choose(able, free=name not in taken):
            fresh = execution.status is ExecutionStatus.QUEUED
            if fresh and execution.mode is not Mode.SUPERSEDED and under_way >= LIMIT:
                continue
            under_way += fresh
            enter.append((execution, stage))
    return Admission(enter=tuple(enter), superseded=tuple(superseded))


def go_back(ordered: Iterable[Execution]) -> list[tuple[Execution, Stage]]:
    """The rollbacks that enter their stages: one for each in which nothing works, that which waits longest."""
    first: dict[str, tuple[Execution, Stage]] = {}
    working: set[str] = set()
    for execution in ordered:
        stage = execution.place
        if stage is not None and works(stage):
            working.add(stage.name)
        elif stage is not None and execution.kind is Kind.ROLLBACK and execution.status is ExecutionStatus.QUEUED:
            first.setdefault(stage.name, (execution, stage))
    return [each for name, each in first.items() if name not in working]


def outdated(tried: list[Execution]) -> list[Execution]:
    """Those that wait and have a newer one of the same pull request."""
    newest = {execution.revision.pull_request: execution.number for execution in tried}
    return [
        execution
        for execution in tried
        if waits(execution) and execution.number < newest[execution.revision.pull_request]
    ]


def take_turns(tried: list[Execution]) -> list[tuple[Execution, Stage]]:
    """The executions of pull requests that enter their stages: for each that none of them is in, the one that has
    waited longest."""
    taken = {stage.name for each in tried if not waits(each) and (stage := each.place) is not None}
    waiting: dict[str, list[tuple[Execution, Stage]]] = defaultdict(list)
    for execution in tried:
        if waits(execution) and (stage := execution.place) is not None:
            waiting[stage.name].append((execution, stage))
    return [
        min(those, key=lambda each: (arrived(each[0]), each[0].number))
        for name, those in waiting.items()
        if name not in taken
    ]


def waits(execution: Execution) -> bool:
    """Whether it is in front of a stage, and may enter."""
    stage = execution.place
    return (
        stage is not None and stage.status is StageStatus.PENDING and execution.status is not ExecutionStatus.STOPPING
    )


def works(stage: Stage) -> bool:
    """Whether something is being done in the stage: an approval that waits is nothing."""
    running = [each for each in stage.actions if each.status is ActionStatus.IN_PROGRESS]
    return stage.status is StageStatus.STOPPING or any(not isinstance(each.action, Approval) for each in running)


def overtaken(waiting: list[Execution], entered: int) -> list[Execution]:
    """Those in front of one stage whose place a newer one has taken, or that a newer one has overtaken."""
    replaceable = [execution for execution in waiting if execution.mode is Mode.SUPERSEDED]
    newest = max((execution.number for execution in replaceable), default=0)
    return [execution for execution in replaceable if execution.number < max(newest, entered)]


def choose(waiting: list[tuple[Execution, Stage]], *, free: bool) -> list[tuple[Execution, Stage]]:
    """Those that enter: every parallel one, and if the stage is free the one that has waited longest of the others."""
    parallel = [each for each in waiting if each[0].mode is Mode.PARALLEL]
    others = [each for each in waiting if each[0].mode is not Mode.PARALLEL]
    first = min(others, key=lambda each: (arrived(each[0]), each[0].number), default=None)
    return [*parallel, first] if free and first is not None else parallel


def arrived(execution: Execution) -> float:
    """When it came to the stage that it waits for: the end of the one before, or its creation."""
    ends = [stage.ended_at for stage in execution.stages if stage.ended_at is not None]
    return max(ends, default=execution.created_at)

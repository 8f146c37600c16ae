"""What holds of pull requests beside the pipeline, wherever its executions and theirs are."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fairway.domain import admission
from fairway.domain.app import Mode
from fairway.domain.execution import Execution, ExecutionStatus, Kind, Stage, StageStatus, make_stages
from fairway.domain.ids import ExecutionNumber
from fairway.domain.pipeline import TRIED
from support.pipeline_values import APP, PUSH, REVISION, define

STAGES = (*TRIED, "production")


@st.composite
def places(draw: st.DrawFn) -> list[Execution]:
    """Unfinished executions, each in a stage or in front of one, some of them of pull requests 1 to 3."""
    found = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        pull_request = draw(st.sampled_from([None, 1, 2, 3]))
        stages = make_stages(define(STAGES if pull_request is None else TRIED).stages)
        at, inside = draw(st.integers(0, len(stages) - 1)), draw(st.booleans())
        moved = [replace(each, status=status_at(position, at, inside)) for position, each in enumerate(stages)]
        found.append(
            Execution(
                app=APP,
                number=ExecutionNumber(number),
                revision=replace(REVISION, pull_request=pull_request),
                trigger=PUSH,
                status=ExecutionStatus.IN_PROGRESS if at or inside else ExecutionStatus.QUEUED,
                stages=tuple(moved),
                created_at=float(number),
                mode=draw(st.sampled_from(list(Mode))) if pull_request is None else Mode.SUPERSEDED,
            )
        )
    return found


def status_at(position: int, at: int, inside: bool) -> StageStatus:
    if position < at:
        return StageStatus.SUCCEEDED
    return StageStatus.IN_PROGRESS if position == at and inside else StageStatus.PENDING


def tried(executions: Sequence[Execution]) -> list[Execution]:
    return [each for each in executions if each.kind is Kind.PULL_REQUEST]


@given(places(), st.sets(st.sampled_from(STAGES)), st.dictionaries(st.sampled_from(STAGES), st.integers(0, 8)))
def test_the_pipeline_is_as_if_there_were_no_pull_requests(
    executions: list[Execution], closed: set[str], entered: dict[str, int]
) -> None:
    pipeline = [each for each in executions if each.kind is not Kind.PULL_REQUEST]

    beside = admission.admit(executions, closed=closed, entered=entered)
    alone = admission.admit(pipeline, closed=closed, entered=entered)

    assert [each for each in beside.enter if each[0].kind is not Kind.PULL_REQUEST] == list(alone.enter)
    assert [each for each in beside.superseded if each.kind is not Kind.PULL_REQUEST] == list(alone.superseded)


@given(places())
def test_a_head_is_superseded_by_a_newer_one_of_its_own_pull_request_alone(executions: list[Execution]) -> None:
    found = tried(admission.admit(executions).superseded)

    for each in tried(executions):
        stage = each.place
        newer = any(
            other.number > each.number and other.revision.pull_request == each.revision.pull_request
            for other in executions
        )
        assert (each in found) == (newer and stage is not None and stage.status is StageStatus.PENDING)


@given(places())
def test_pull_requests_enter_a_free_stage_one_at_a_time(executions: list[Execution]) -> None:
    found = admission.admit(executions)

    inside = [stage.name for each in tried(executions) if (stage := each.place) and is_inside(stage)]
    entering = [stage.name for each, stage in found.enter if each.kind is Kind.PULL_REQUEST]
    waiting = {each.place.name for each in tried(executions) if each not in found.superseded and each.place}
    assert len(entering) == len(set(entering))
    assert set(entering) == waiting - set(inside)


def is_inside(stage: Stage) -> bool:
    return stage.status is StageStatus.IN_PROGRESS

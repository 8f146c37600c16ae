"""How long stages usually take."""

from dataclasses import replace

import pytest

from fairway.domain import usual
from fairway.domain.execution import ActionStatus, Execution, ExecutionStatus, Stage, make_stages
from fairway.domain.ids import ExecutionNumber, ReleaseNumber
from fairway.domain.rollback import Rollback
from support.pipeline_values import APP, PUSH, REVISION, define


def took(seconds: float, *, name: str = "build", waited: float | None = None, attempt: int = 1) -> Stage:
    """A stage that worked so many seconds, after its approval when it `waited` for one."""
    (stage,) = make_stages(define([name], approvals=[] if waited is None else [name]).stages)
    first = replace(stage.actions[0], status=ActionStatus.SUCCEEDED, ended_at=100.0 + (waited or 0), attempt=attempt)
    ended = 100.0 + (waited or 0) + seconds
    return replace(stage, started_at=100.0, ended_at=ended, actions=(first, *stage.actions[1:]))


def execution(*stages: Stage, status: ExecutionStatus = ExecutionStatus.SUCCEEDED) -> Execution:
    return Execution(
        app=APP,
        number=ExecutionNumber(1),
        revision=REVISION,
        trigger=PUSH,
        status=status,
        stages=stages,
        created_at=1.0,
    )


def test_the_median_leaves_out_what_was_out_of_the_ordinary():
    earlier = [execution(took(seconds)) for seconds in (40.0, 41.0, 900.0)]

    assert usual.medians(earlier) == {"build": 41.0}


def test_nothing_is_usual_after_two_times():
    assert usual.medians([execution(took(40.0)), execution(took(41.0))]) == {}


@pytest.mark.parametrize(
    "other",
    [
        execution(took(1.0), status=ExecutionStatus.FAILED),
        execution(took(1.0, attempt=2)),
        execution(replace(took(1.0), ended_at=None)),
        replace(execution(took(1.0)), rollback=Rollback(release=ReleaseNumber(1), target=ExecutionNumber(1))),
    ],
)
def test_what_failed_was_tried_again_has_not_ended_or_goes_back_does_not_count(other):
    assert usual.medians([execution(took(40.0)), execution(took(41.0)), other]) == {}


def test_the_wait_for_an_approval_is_not_the_stages_work():
    earlier = [execution(took(5.0, name="production", waited=3600.0)) for _ in range(3)]

    assert usual.medians(earlier) == {"production": 5.0}

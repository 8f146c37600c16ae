"""Which executions are where in the pipeline."""

from dataclasses import replace

from fairway.domain import overview
from fairway.domain.execution import Execution, ExecutionStatus, StageStatus, make_stages
from fairway.domain.ids import ExecutionNumber
from support.pipeline_values import APP, PUSH, REVISION, define


def make(number: int, stages: tuple[str, ...], *statuses: StageStatus) -> Execution:
    """An execution whose first stages have these statuses."""
    made = make_stages(define(stages).stages)
    return Execution(
        app=APP,
        number=ExecutionNumber(number),
        revision=REVISION,
        trigger=PUSH,
        status=ExecutionStatus.IN_PROGRESS,
        stages=tuple(
            replace(stage, status=status)
            for stage, status in zip(made, (*statuses, *[StageStatus.PENDING] * 9), strict=False)
        ),
        created_at=1.0,
    )


def test_executions_are_in_a_stage_or_in_front_of_it() -> None:
    names = ("source", "build")
    inside = make(1, names, StageStatus.SUCCEEDED, StageStatus.IN_PROGRESS)
    waits = make(2, names, StageStatus.SUCCEEDED)
    begins = make(3, names)

    places = overview.survey(begins, [inside, waits, begins])

    assert [
        (place.stage.name, [each.number for each in place.inside], [each.number for each in place.waiting])
        for place in places
    ] == [("source", [], [3]), ("build", [1], [2])]


def test_a_stage_that_the_newest_definition_has_no_more_is_shown_while_somebody_is_there() -> None:
    old = make(1, ("source", "staging"), StageStatus.SUCCEEDED, StageStatus.IN_PROGRESS)
    newest = make(2, ("source", "production"))

    places = overview.survey(newest, [old, newest])

    assert [(place.stage.name, len(place.stage.actions)) for place in places] == [
        ("source", 1),
        ("production", 1),
        ("staging", 0),
    ]

"""What a forge is told of a commit."""

from dataclasses import replace

import pytest

from fairway.domain import statuses
from fairway.domain.app import Mode
from fairway.domain.execution import Execution, ExecutionStatus, Revision, Stage, StageStatus, Trigger
from fairway.domain.ids import AppName, ExecutionNumber
from fairway.domain.statuses import State

EXECUTION = Execution(
    app=AppName("shop"),
    number=ExecutionNumber(42),
    revision=Revision(commit="a" * 40, subject="Add coupons", branch="master"),
    trigger=Trigger(kind="webhook"),
    status=ExecutionStatus.IN_PROGRESS,
    stages=(Stage(name="build", status=StageStatus.SUCCEEDED), Stage(name="staging"), Stage(name="production")),
    created_at=1.0,
    mode=Mode.SUPERSEDED,
)


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (ExecutionStatus.QUEUED, State.PENDING, "waits for its turn"),
        (ExecutionStatus.IN_PROGRESS, State.PENDING, "under way"),
        (ExecutionStatus.STOPPING, State.PENDING, "stopped by somebody"),
        (ExecutionStatus.STOPPED, State.STOPPED, "stopped by somebody"),
        (ExecutionStatus.SUCCEEDED, State.SUCCESS, "deployed to staging, production"),
        (ExecutionStatus.SUPERSEDED, State.STOPPED, "superseded by a newer one"),
        (ExecutionStatus.FAILED, State.FAILURE, "it failed"),
    ],
)
def test_each_status_of_an_execution_is_one_word_and_one_line(status, state, words):
    told = statuses.of(replace(EXECUTION, status=status), "http://localhost:7878")

    assert (told.state, told.context, told.commit) == (state, "fairway/shop", "a" * 40)
    assert told.description == f"execution 42: {words}; fairway show 42"


def test_a_failure_names_its_stage():
    failed = (Stage(name="build", status=StageStatus.FAILED), Stage(name="production"))

    told = statuses.of(replace(EXECUTION, status=ExecutionStatus.FAILED, stages=failed), "")

    assert told.description == "execution 42: build failed; fairway show 42"


def test_a_description_is_never_longer_than_a_forge_takes():
    many = tuple(Stage(name=f"environment-{number}") for number in range(50))

    told = statuses.of(replace(EXECUTION, status=ExecutionStatus.SUCCEEDED, stages=many), "")

    assert len(told.description) == 140


def test_a_pull_request_is_told_apart_from_the_branch_that_has_the_same_commit():
    tried = replace(
        EXECUTION,
        number=ExecutionNumber(43),
        revision=replace(EXECUTION.revision, branch="", pull_request=7),
        status=ExecutionStatus.SUCCEEDED,
        stages=(Stage(name="source"), Stage(name="build")),
    )

    told = [statuses.of(each, "") for each in statuses.newest([tried, EXECUTION])]

    assert [each.context for each in told] == ["fairway/shop", "fairway/shop/pull-request"]
    assert told[1].description == "execution 43: built; fairway show 43"

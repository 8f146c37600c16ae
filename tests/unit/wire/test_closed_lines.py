"""A closed environment as lines: in the status, behind `fairway stop`, and for the pusher."""

from typing import Any

from fairway.cli.commands import status
from fairway.wire import closedlines, progress
from support.cli_server import execution, stage

CLOSED: dict[str, Any] = {
    "environment": "production",
    "since": 1000.0,
    "passage": 7,
    "execution": 42,
    "settled": True,
    "migrates": False,
    "ways": [
        {"command": "fairway retry 42", "does": "deploys its release, which opens it"},
        {"command": "fairway rollback 3 -e production --take-back", "does": "takes the migrations back"},
    ],
}


def test_it_says_since_when_for_which_passage_and_what_opens_it() -> None:
    assert list(closedlines.lines(CLOSED, now=1720.0)) == [
        "closed 12 min ago for passage 7 of execution 42; nothing that goes on opens it",
        "  fairway retry 42                               deploys its release, which opens it",
        "  fairway rollback 3 -e production --take-back   takes the migrations back",
    ]


def test_while_something_goes_on_there_is_nothing_to_decide() -> None:
    assert list(closedlines.lines({**CLOSED, "settled": False}, now=1720.0)) == [
        "closed 12 min ago for passage 7 of execution 42, which goes on"
    ]


def test_a_migration_that_still_runs_is_waited_for() -> None:
    first, *_ = closedlines.lines({**CLOSED, "migrates": True, "since": None}, now=1720.0)

    assert first == (
        "closed for passage 7 of execution 42; nothing that goes on opens it; passage 7 still migrates, "
        "wait for its end"
    )


def test_the_verdict_of_a_stopped_execution_does_not_say_that_something_serves() -> None:
    stopped = execution(status="STOPPED", stages=[stage("production", "STOPPED", 3.0)])

    assert progress.verdict(stopped)[1] == "  Execution 42 was stopped; what was deployed before still serves"
    assert progress.verdict({**stopped, "closed": CLOSED})[1:3] == [
        "  Execution 42 was stopped",
        "  production is closed for passage 7 of execution 42; nothing that goes on opens it",
    ]


def test_the_status_has_them_below_the_environment() -> None:
    env = {"name": "production", "state": "closed", "release": 3, "commit": None, "deployed_at": None, "urls": []}

    lines = status.environment_lines({**env, "services": [], "closed": CLOSED}, 1720.0)

    assert lines[1].strip().startswith("closed 12 min ago for passage 7")
    assert lines[2].strip().startswith("fairway retry 42")

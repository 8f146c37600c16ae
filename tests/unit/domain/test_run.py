"""A run of a job: its moves, its attempts, and which are kept."""

from dataclasses import replace

import pytest

from fairway.domain import run as runs
from fairway.domain.ids import JobName, RunNumber
from fairway.domain.run import Policy, Run, RunStatus
from support.jobs_values import SPEC, make_run

DAY = 86400.0


def run_once(run: Run, status: RunStatus, *, at: float, code: int | None = 1, cause: str = "it failed") -> Run:
    running = runs.started(runs.start(run, server="here"), at=at - 4)
    return runs.end(running, status=status, at=at, code=code, cause=cause)


def test_a_run_that_ends_well_has_its_times_and_its_code():
    run = run_once(make_run(), RunStatus.SUCCEEDED, at=110.0, code=0, cause="")

    assert (run.status, run.started_at, run.ended_at, run.code, run.cause) == (RunStatus.SUCCEEDED, 106.0, 110.0, 0, "")
    assert run.finished


def test_a_move_that_the_table_does_not_have_is_refused():
    with pytest.raises(ValueError, match="SUCCEEDED can't become RUNNING"):
        runs.advance(make_run(status=RunStatus.SUCCEEDED), RunStatus.RUNNING)


def test_a_failed_attempt_is_followed_by_another_after_a_while_that_doubles_until_none_are_left():
    run = make_run(spec=replace(SPEC, retries=2))
    waits = []

    for at in (200.0, 300.0):
        run = run_once(run, RunStatus.FAILED, at=at)
        waits.append(run.not_before - at)
    last = run_once(run, RunStatus.FAILED, at=400.0)

    assert (waits, run.status, run.attempt) == ([10.0, 20.0], RunStatus.PENDING, 3)
    assert (last.status, last.code, last.ended_at) == (RunStatus.FAILED, 1, 400.0)
    assert [(each.number, each.ended_at, each.cause) for each in last.attempts] == [
        (1, 200.0, "it failed"),
        (2, 300.0, "it failed"),
        (3, 400.0, "it failed"),
    ]
    assert last.started_at == 196.0


def test_one_that_ran_out_of_time_is_not_tried_again():
    run = run_once(make_run(spec=replace(SPEC, retries=2)), RunStatus.TIMED_OUT, at=200.0, code=143)

    assert run.status is RunStatus.TIMED_OUT


def test_each_attempt_has_a_container_of_its_own_that_only_its_run_has():
    first = make_run(number=RunNumber(1))
    second = replace(first, attempt=2)
    other = replace(first, number=RunNumber(2))
    again = replace(first, created_at=101.0)

    assert len({each.container for each in (first, second, other, again)}) == 4
    assert replace(first, status=RunStatus.RUNNING, version=4).container == first.container


def test_one_that_never_began_is_stopped_at_once_and_one_that_runs_when_it_has_ended():
    waits = runs.stop(make_run(), by="ada", why="", at=7.0)
    runs_on = runs.stop(make_run(status=RunStatus.RUNNING), by="ada", why="the environment was taken down", at=7.0)

    assert (waits.status, waits.cause, waits.ended_at) == (RunStatus.STOPPED, "stopped by ada", 7.0)
    assert (runs_on.status, runs_on.why) == (RunStatus.STOPPING, "the environment was taken down")


@pytest.mark.parametrize(
    ("due", "now", "attempt", "expected"),
    [(None, 9e9, 1, False), (100.0, 3700.0, 1, False), (100.0, 3700.1, 1, True), (100.0, 9000.0, 2, False)],
)
def test_a_first_attempt_is_late_once_its_deadline_is_over(due, now, attempt, expected):
    assert runs.late(make_run(due=due, attempt=attempt), now=now) is expected


def test_the_newest_runs_of_each_job_are_kept_and_none_that_goes_on():
    def ended(number: int, job: str, at: float) -> Run:
        return make_run(number=RunNumber(number), job=JobName(job), status=RunStatus.SUCCEEDED, ended_at=at)

    kept = [ended(number, "report", 40 * DAY) for number in range(1, 6)]
    kept += [ended(6, "old", 0.0), ended(7, "old", 1.0), make_run(number=RunNumber(8), created_at=0.0)]

    going = runs.runs_to_go(kept, now=41 * DAY, policy=Policy(keep=3, age=30 * DAY))

    assert going == [1, 2, 6]

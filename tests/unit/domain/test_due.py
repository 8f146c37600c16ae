"""What becomes of a time of a schedule that has come."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from fairway.domain import due
from fairway.domain.due import Miss, Start, Wait
from fairway.domain.ids import JobName
from fairway.domain.job import Concurrency, Job
from fairway.domain.schedule import Schedule

BERLIN = ZoneInfo("Europe/Berlin")
HOURLY = Schedule(cron="0 * * * *", zone="Europe/Berlin")
JOB = Job(name=JobName("report"), command=("report",), schedule=HOURLY, deadline=1800.0)


def at(hour: int, minute: int = 0, *, day: int = 25, month: int = 11, fold: int = 0) -> float:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN, fold=fold).timestamp()


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(1), Start(at=at(1))),
        (at(1, 30), Start(at=at(1))),
        (at(1, 31), Miss(at=at(1), times=1, running=False)),
        (at(2), Start(at=at(2), missed=1, last=at(1))),
        (at(3, 20), Start(at=at(3), missed=2, last=at(2))),
        (at(3, 40), Miss(at=at(3), times=3, running=False)),
    ],
)
def test_the_last_time_is_run_within_its_deadline_and_the_others_are_missed(now, expected):
    assert due.judge(JOB, HOURLY, at(1), now, running=False) == expected


@pytest.mark.parametrize(
    ("concurrency", "expected"),
    [
        (Concurrency.FORBID, Wait(stop=False)),
        (Concurrency.REPLACE, Wait(stop=True)),
        (Concurrency.ALLOW, Start(at=at(1))),
    ],
)
def test_while_a_run_goes_on_the_jobs_own_rule_holds(concurrency, expected):
    job = replace(JOB, concurrency=concurrency)

    assert due.judge(job, HOURLY, at(1), at(1, 10), running=True) == expected


def test_a_time_that_a_run_kept_from_beginning_is_missed_because_of_it():
    verdict = due.judge(JOB, HOURLY, at(1), at(1, 31), running=True)

    assert verdict == Miss(at=at(1), times=1, running=True)


@pytest.mark.parametrize("concurrency", list(Concurrency))
def test_nothing_begins_or_is_stopped_while_the_environment_is_closed(concurrency):
    job = replace(JOB, concurrency=concurrency)

    assert due.judge(job, HOURLY, at(1), at(1, 30), running=True, closed=True) == Wait(stop=False)


def test_a_time_that_passed_in_a_closed_environment_is_missed_because_of_that():
    verdict = due.judge(JOB, HOURLY, at(1), at(2, 40), running=False, closed=True)

    assert verdict == Miss(at=at(2), times=2, running=False, closed=True)
    assert due.sentence(verdict) == (
        "the environment was closed for a migration; it is the last of 2 times that were missed"
    )


def test_a_clock_that_was_set_back_runs_nothing_a_second_time():
    verdict = due.judge(JOB, HOURLY, at(3), at(3), running=False)

    assert verdict == Start(at=at(3))


def test_a_time_that_comes_twice_is_one_time():
    nightly = Schedule(cron="30 2 * * *", zone="Europe/Berlin")
    first = at(2, 30, day=25, month=10)

    verdict = due.judge(JOB, nightly, first, at(2, 31, day=25, month=10, fold=1), running=False)

    assert verdict == Miss(at=first, times=1, running=False)


def test_times_are_counted_up_to_a_hundred():
    assert due.count(HOURLY, at(1), at(1) + 1000 * 3600) == 100


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Start(at=1.0), ""),
        (Start(at=1.0, missed=1), "a later time was run in its place"),
        (
            Start(at=1.0, missed=2),
            "a later time was run in its place; it is the last of 2 times that were missed",
        ),
        (Miss(at=1.0, times=1, running=True), "a run before it still went on"),
        (
            Miss(at=1.0, times=100, running=False),
            "no server ran then, or its engine did not answer; it is the last of 100 times or more that were missed",
        ),
    ],
)
def test_why_times_were_missed_is_said_in_a_sentence(verdict, expected):
    assert due.sentence(verdict) == expected

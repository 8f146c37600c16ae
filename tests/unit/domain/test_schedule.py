"""When a schedule is due."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from fairway.domain import schedule
from fairway.domain.schedule import Schedule

BERLIN = ZoneInfo("Europe/Berlin")


def at(*parts: int, zone: ZoneInfo = BERLIN, fold: int = 0) -> float:
    return datetime(*parts, tzinfo=zone, fold=fold).timestamp()  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("0 3 * * 1", at(2026, 11, 25, 12, 0), at(2026, 11, 30, 3, 0)),
        ("0 3 * * 1", at(2026, 11, 30, 3, 0), at(2026, 12, 7, 3, 0)),
        ("0 3 * * MON", at(2026, 11, 30, 2, 59), at(2026, 11, 30, 3, 0)),
        ("*/15 * * * *", at(2026, 11, 25, 12, 1), at(2026, 11, 25, 12, 15)),
        ("0 0 29 2 *", at(2026, 1, 1), at(2028, 2, 29)),
        ("0 0 L * *", at(2026, 2, 1), at(2026, 2, 28)),
    ],
)
def test_the_following_time_is_later_than_now(cron, after, expected):
    assert schedule.following(Schedule(cron=cron, zone="Europe/Berlin"), after) == expected


def test_the_zone_makes_the_time_another_one():
    utc, berlin = Schedule(cron="0 3 * * *"), Schedule(cron="0 3 * * *", zone="Europe/Berlin")
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp()

    assert schedule.following(utc, noon) == datetime(2026, 7, 2, 3, tzinfo=UTC).timestamp()
    assert schedule.following(berlin, noon) == datetime(2026, 7, 2, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("now", [at(2026, 11, 30, 3, 0), at(2026, 11, 30, 3, 0) + 0.25, at(2026, 12, 1)])
def test_the_latest_time_may_be_now(now):
    assert schedule.latest(Schedule(cron="0 3 * * 1", zone="Europe/Berlin"), now) == at(2026, 11, 30, 3, 0)


def test_a_time_that_the_clocks_skip_is_due_when_they_have_gone_forward():
    nightly = Schedule(cron="30 2 * * *", zone="Europe/Berlin")

    assert schedule.following(nightly, at(2026, 3, 28, 12)) == at(2026, 3, 29, 3, 0)


def test_a_time_that_the_clocks_show_twice_is_due_once():
    nightly = Schedule(cron="30 2 * * *", zone="Europe/Berlin")
    first = at(2026, 10, 25, 2, 30)

    assert schedule.following(nightly, at(2026, 10, 24, 12)) == first
    assert schedule.following(nightly, first) == at(2026, 10, 26, 2, 30)
    assert schedule.latest(nightly, at(2026, 10, 25, 12)) == first


def test_what_runs_every_hour_runs_in_both_hours_of_that_night():
    hourly = Schedule(cron="30 * * * *", zone="Europe/Berlin")
    first = at(2026, 10, 25, 2, 30)

    assert schedule.following(hourly, first) == first + 3600


@pytest.mark.parametrize(
    ("cron", "wrong"),
    [
        ("0 3 * *", "it has 4 of the 5 fields"),
        ("0 3 * * 1 0", "it has 6 of the 5 fields"),
        ("@daily", "it has 1 of the 5 fields"),
        ("60 3 * * *", "outside of its range"),
        ("*/0 * * * *", "outside of its range"),
        ("0 3 * * MONDAY", "MONDAY is no month"),
        ("R 3 * * *", "R is no month"),
        ("0 0 30 2 *", "never comes"),
    ],
)
def test_what_is_no_schedule_is_told_by_what_is_wrong(cron, wrong):
    assert wrong in schedule.problem(cron)


@pytest.mark.parametrize("cron", ["0 3 * * 1", "*/5 0-6 1,15 * mon-fri", "0 3 * * 1#2", "0 0 29 2 *"])
def test_what_cron_knows_is_a_schedule(cron):
    assert schedule.problem(cron) == ""

"""Which bounds hold at a time."""

from datetime import datetime
from zoneinfo import ZoneInfo

from fairway.domain.scaling import Scaling, Scheduled
from fairway.domain.scaling_bounds import in_force
from fairway.domain.schedule import Schedule

BERLIN = "Europe/Berlin"
MORNING = Scheduled(schedule=Schedule(cron="0 8 * * 1-5", zone=BERLIN), minimum=4, maximum=20)
EVENING = Scheduled(schedule=Schedule(cron="0 20 * * 1-5", zone=BERLIN), minimum=2)
OFFICE = Scaling(minimum=1, maximum=10, schedules=(MORNING, EVENING))


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)).timestamp()


def test_without_schedules_the_file_s_own_bounds_hold() -> None:
    bounds = in_force(Scaling(minimum=1, maximum=10), at("2026-11-30T12:00"))

    assert (bounds.minimum, bounds.maximum, bounds.minimum_by) == (1, 10, None)


def test_an_action_holds_from_its_minute_on_until_another_sets_the_same() -> None:
    before, since = in_force(OFFICE, at("2026-11-30T07:59:59")), in_force(OFFICE, at("2026-11-30T08:00"))
    evening = in_force(OFFICE, at("2026-11-30T20:00"))

    assert (before.minimum, since.minimum, evening.minimum) == (2, 4, 2)
    assert (evening.maximum, evening.maximum_by, evening.minimum_by) == (20, MORNING.schedule, EVENING.schedule)


def test_a_server_that_slept_through_the_time_knows_what_holds() -> None:
    assert in_force(OFFICE, at("2026-12-05T13:00")).minimum == 2


def test_of_two_actions_of_one_time_the_later_in_the_file_holds() -> None:
    twice = Scaling(minimum=1, maximum=10, schedules=(MORNING, Scheduled(schedule=MORNING.schedule, minimum=6)))

    assert in_force(twice, at("2026-11-30T09:00")).minimum == 6

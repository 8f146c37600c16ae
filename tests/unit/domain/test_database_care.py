"""What a managed database needs next."""

from typing import Any

import pytest

from fairway.domain import database_care as care
from fairway.domain.database import Condition, Seen, State
from fairway.domain.database_care import Need, Step
from support.managed_values import MIB, make_database


def seen(**changes: Any) -> Seen:
    values: dict[str, Any] = {
        "id": "0123456789ab",
        "running": True,
        "started": True,
        "host": "10.0.0.2",
        "image": "postgres:15",
        "cpu": 1.0,
        "memory": 512 * MIB,
    }
    return Seen(**{**values, **changes})


def ended(**changes: Any) -> Seen:
    return seen(running=False, host="", **{"code": 1, **changes})


@pytest.mark.parametrize(
    ("made", "found", "volume", "step"),
    [
        (False, None, False, Step(need=Need.START)),
        (False, None, True, Step(need=Need.ANEW, why="its making was cut off")),
        (False, ended(), True, Step(need=Need.ANEW, why="it ended with exit code 1 before it was whole")),
        (False, ended(started=False, code=None), True, Step(need=Need.START)),
        (False, seen(), True, Step(need=Need.WATCH)),
        (True, None, True, Step(need=Need.START, why="its container was removed")),
        (True, None, False, Step(need=Need.LOST, why="the volume with its data is gone")),
        (True, ended(code=0), True, Step(need=Need.START, why="it was stopped")),
        (True, ended(code=137), True, Step(need=Need.START, why="it was killed (exit code 137)")),
        (
            True,
            ended(code=137, oom_killed=True),
            True,
            Step(need=Need.START, why="it was killed for lack of memory (it may use 512 MB)"),
        ),
        (
            True,
            seen(image="postgres:15.1"),
            True,
            Step(need=Need.REPLACE, why="postgres:15.1 makes way for postgres:15"),
        ),
        (True, seen(memory=MIB), True, Step(need=Need.LIMIT)),
        (True, seen(cpu=0.5), True, Step(need=Need.LIMIT)),
        (True, seen(), True, Step(need=Need.WATCH)),
    ],
)
def test_each_sight_has_its_need(made: bool, found: Seen | None, volume: bool, step: Step) -> None:
    database = make_database(made_at=20.0 if made else None)

    assert care.need(database, found, volume=volume) == step


def test_no_database_that_was_made_is_ever_begun_anew() -> None:
    database = make_database()
    sights = [None, seen(), ended(), ended(started=False), ended(oom_killed=True), seen(image="x"), seen(cpu=9.0)]

    needs = {care.need(database, each, volume=volume).need for each in sights for volume in (True, False)}

    assert Need.ANEW not in needs


def test_the_first_restart_is_at_once_and_later_ones_wait_longer_and_longer() -> None:
    waits = [care.wait([100.0] * ends, 100.0) for ends in range(10)]

    assert waits == [0.0, 0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert care.wait([0.0, 100.0], 100.5) == 0.5


def test_a_database_that_lets_somebody_in_is_healthy_since_the_first_time() -> None:
    first = care.judge(None, release="15.18", why="", host="h", now=10.0)
    second = care.judge(first, release="15.18", why="", host="h", now=20.0)

    assert first == second == Condition(state=State.HEALTHY, since=10.0, host="h", release="15.18")


def test_one_that_lets_nobody_in_is_on_its_way_up_for_some_minutes_and_then_unhealthy() -> None:
    starting = Condition(state=State.STARTING, since=0.0)

    assert care.judge(starting, release="", why="no", host="h", now=299.0).state is State.STARTING
    late = care.judge(starting, release="", why="no", host="h", now=300.0)
    assert (late.state, late.since, late.why) == (State.UNHEALTHY, 300.0, "no")
    assert care.judge(late, release="", why="no", host="h", now=400.0) == late


def test_a_healthy_one_that_lets_nobody_in_any_more_is_unhealthy_and_one_that_was_down_is_starting() -> None:
    healthy = Condition(state=State.HEALTHY, since=0.0)
    down = Condition(state=State.DOWN, since=0.0)

    assert care.judge(healthy, release="", why="no", host="h", now=1.0).state is State.UNHEALTHY
    assert care.judge(down, release="", why="no", host="h", now=1.0).state is State.STARTING
    assert care.judge(None, release="", why="no", host="h", now=1.0).state is State.STARTING

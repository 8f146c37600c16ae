"""When failures are a loop, and the words for it."""

import pytest

from fairway.domain import crashloop
from fairway.domain.crashloop import Loop


def test_the_third_failure_is_a_loop_with_the_usual_time_between_two() -> None:
    assert crashloop.find([0.0, 30.0], 30.0) is None
    assert crashloop.find([0.0, 0.2, 30.0, 60.5, 61.0], 61.0) == Loop(count=3, seconds=60.5, period=30.25)


@pytest.mark.parametrize("times", [[], [0.0] * 20, [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]])
def test_tasks_that_fail_together_are_one_failure(times: list[float]) -> None:
    assert crashloop.find(times, 3.0) is None


def test_what_failed_long_ago_is_no_part_of_it() -> None:
    assert crashloop.find([0.0, 300.0, 599.0], 599.0) is not None
    assert crashloop.find([0.0, 300.0, 600.0], 600.0) is None


def test_it_is_over_when_nothing_has_failed_for_longer_than_any_back_off() -> None:
    assert not crashloop.is_over(0.0, 599.9)
    assert crashloop.is_over(0.0, 600.0)


def test_it_is_told_with_its_cause_and_what_comes() -> None:
    loop = Loop(count=3, seconds=12.0, period=6.0)

    assert crashloop.describe("web", loop, "exited with 1", 4.0) == (
        "web fails again and again: 3 times in 12 s, every 6.0 s or so: exited with 1; "
        "the next start is in 4.0 s, and later ones come ever more rarely"
    )
    assert crashloop.describe("web", loop, "exited with 1", 0.0).endswith("or so: exited with 1")
    assert crashloop.describe_end("web") == "web has not failed for 10 min: it is steady again"

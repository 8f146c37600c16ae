"""Long steps as a line."""

import pytest

from fairway.cli import bars
from fairway.cli.bars import Step, Steps

MB = 1024 * 1024


def test_a_step_shows_how_far_it_is_how_fast_it_goes_and_what_is_left() -> None:
    step = Step(doing="dumping", began=10.0, done=5 * MB, total=20 * MB)

    assert step.line(12.0) == "  dumping     █████░░░░░░░░░░░░░░░   25 %  5/20 MB  2 MB/s  6.0 s left"


def test_too_early_there_is_neither_a_rate_nor_a_time() -> None:
    assert Step(doing="dumping", began=10.0, done=MB, total=4 * MB).line(10.1).endswith("25 %  1/4 MB")


def test_of_an_unknown_size_the_time_so_far_is_shown() -> None:
    assert Step(doing="counting", began=10.0).line(13.0) == "  counting    3.0 s"
    assert Step(doing="dumping", began=10.0, done=6 * MB).line(13.0) == "  dumping     6 MB  2 MB/s  3.0 s"


def test_a_long_name_stands_apart_and_nothing_is_said_of_no_bytes() -> None:
    assert Step(doing="getting postgres:15", began=10.0).ended(10.2) == "  getting postgres:15 0.2 s"


def test_who_comes_later_does_not_count_what_was_done_before() -> None:
    steps = Steps(live=True)
    steps.take("dumping", 50 * MB, 100 * MB, 10.0)
    steps.take("dumping", 60 * MB, 100 * MB, 20.0)

    assert steps.step is not None
    assert steps.step.rate(20.0) == MB


@pytest.mark.parametrize(("share", "full"), [(0.0, 0), (0.5, 10), (0.999, 19), (1.0, 20)])
def test_a_bar_is_full_only_at_the_end(share: float, full: int) -> None:
    assert bars.bar(share).count("█") == full
    assert len(bars.bar(share)) == bars.WIDTH


def test_on_a_terminal_only_steps_that_are_over_are_printed() -> None:
    steps = Steps(live=True)

    printed = [
        steps.take("", 0, 0, 9.0),
        steps.take("dumping", 0, 4 * MB, 10.0),
        steps.take("dumping", 4 * MB, 4 * MB, 30.0),
        steps.take("sealing", 0, MB, 32.0),
        steps.end(33.0),
    ]

    assert printed == [[], [], [], ["  dumping     4 MB in 22 s"], ["  sealing     1 MB in 1.0 s"]]


def test_elsewhere_a_long_step_is_told_of_now_and_then() -> None:
    steps = Steps(live=False)
    steps.take("dumping", 0, 4 * MB, 10.0)

    assert steps.take("dumping", MB, 4 * MB, 15.0) == []
    assert steps.take("dumping", 2 * MB, 4 * MB, 20.0) == [
        "  dumping     ██████████░░░░░░░░░░   50 %  2/4 MB  205 KB/s  10 s left"
    ]
    assert steps.take("dumping", 3 * MB, 4 * MB, 25.0) == []

"""How fast logs may be read."""

from fairway.logkeeping.pace import Allowance, Rate


class Watch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_what_is_beyond_it_is_waited_for() -> None:
    watch = Watch()
    allowance = Allowance(Rate(steady=10, burst=100), watch)

    allowance.take(99)
    within = allowance.wait
    allowance.take(11)

    assert within == 0
    assert allowance.wait == 6.0


def test_after_the_pause_half_a_burst_may_be_read_again() -> None:
    watch = Watch()
    allowance = Allowance(Rate(steady=10, burst=100), watch)
    allowance.take(110)

    watch.now = 6.0

    assert allowance.wait == 0
    assert not allowance.modest


def test_a_time_of_quiet_gives_a_burst_and_no_more() -> None:
    watch = Watch()
    allowance = Allowance(Rate(steady=10, burst=100), watch)
    watch.now = 1000.0

    allowance.take(101)

    assert allowance.wait > 0

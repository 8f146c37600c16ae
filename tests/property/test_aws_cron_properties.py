"""What is written for AWS runs when the server would run it, whatever the schedule is."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fairway.domain import schedule
from fairway.domain.aws import cron
from fairway.domain.schedule import Schedule
from support import aws_cron

START = datetime(2026, 1, 15, 12, 7)
COUNT = 20


def parts(first: int, last: int) -> st.SearchStrategy[str]:
    """One field: numbers, ranges (wrapped ones too), steps, lists of them."""
    number = st.integers(first, last)
    step = st.integers(1, 12)
    part = st.one_of(
        st.just("*"),
        number.map(str),
        st.tuples(number, number).map(lambda pair: f"{pair[0]}-{pair[1]}"),
        step.map(lambda by: f"*/{by}"),
        st.tuples(number, number, step).map(lambda found: f"{found[0]}-{found[1]}/{found[2]}"),
    )
    return st.lists(part, min_size=1, max_size=3).map(",".join)


SCHEDULES = st.tuples(
    parts(0, 59),
    parts(0, 23),
    st.one_of(st.just("*"), st.just("L"), parts(1, 31)),
    parts(1, 12),
    st.one_of(
        st.just("*"),
        parts(0, 7),
        st.tuples(st.integers(0, 6), st.integers(1, 4)).map(lambda pair: f"{pair[0]}#{pair[1]}"),
        st.integers(0, 6).map(lambda day: f"L{day}"),
    ),
).map(" ".join)


@given(SCHEDULES)
def test_aws_runs_it_at_the_same_times(five: str) -> None:
    if schedule.problem(five) or cron.problem(five):
        return

    six = cron.expression(five)

    at, expected = START.replace(tzinfo=UTC).timestamp(), []
    for _ in range(COUNT):
        following = schedule.following(Schedule(cron=five), at)
        assert following is not None
        at = following
        expected.append(datetime.fromtimestamp(at, UTC).replace(tzinfo=None))
    assert aws_cron.times(six, START, COUNT) == expected
    assert len(six) <= 256, "what EventBridge Scheduler takes"


@given(st.text(alphabet="0123456789*,-/#L? monfrijan", max_size=40))
def test_nothing_that_is_a_schedule_breaks_it(text: str) -> None:
    if schedule.problem(text):
        return

    if cron.problem(text) == "":
        assert cron.expression(text).startswith("cron(")

"""Which executions, passages and deployments may go."""

from typing import Any

from fairway.domain import forgetting
from fairway.domain.deployment import RolloutState
from fairway.domain.forgetting import DAY, Entry, Kept, Made, Policy, Trace

NOW = 1000 * DAY
FEW = Policy(keep=3, age=10 * DAY, always=1)
NOTHING = Kept()


def entry(number: int, *, row: str = "", days: float = 0.0, ended: bool = True) -> Entry:
    return Entry(number=number, row=row, at=NOW - days * DAY, ended=ended)


def passage(number: int, execution: int | None, **changes: Any) -> Trace:
    """An old one, with a newer one of its environment beside it: see `NEWEST`."""
    values: dict[str, Any] = {"row": "production", "at": NOW - 500 * DAY, "ended": True}
    return Trace(number=number, execution=execution, **{**values, **changes})


NEWEST = passage(99, None, at=NOW)


def judge(entries: list[Entry], *passages: Trace, kept: Kept = NOTHING) -> tuple[list[int], list[int]]:
    going = forgetting.judge(entries, passages, kept, now=NOW, policy=FEW)
    return list(going.executions), list(going.passages)


def test_the_oldest_go_by_their_number_and_those_of_pull_requests_are_counted_apart() -> None:
    entries = [entry(number) for number in range(1, 6)] + [entry(number, row="pull requests") for number in range(6, 9)]

    assert judge(entries) == ([1, 2], [])


def test_whatever_its_age_the_newest_stays() -> None:
    assert judge([entry(1, days=11), entry(2, days=9), entry(3, row="pull requests", days=300)]) == ([1], [])


def test_one_that_goes_on_stays_and_so_does_one_that_a_kept_release_was_made_by() -> None:
    entries = [entry(1, ended=False), *(entry(number) for number in range(2, 7))]

    assert judge(entries, kept=Kept(executions=frozenset({2}))) == ([3], [])


def test_a_passage_goes_with_its_execution() -> None:
    entries = [entry(number) for number in range(1, 5)]

    assert judge(entries, passage(1, 1), passage(2, 2), NEWEST) == ([1], [1])


def test_a_passage_that_a_kept_release_or_backup_has_keeps_its_execution_and_all_of_that_ones_passages() -> None:
    entries = [entry(number) for number in range(1, 7)]
    passages = (passage(1, 1), passage(2, 1, release=7), passage(3, 2, backup=4), passage(4, 3), NEWEST)

    found = judge(entries, *passages, kept=Kept(releases=frozenset({7}), backups=frozenset({4})))

    assert found == ([3], [4])


def test_a_passage_stays_with_the_one_that_took_it_back_whichever_of_them_is_needed() -> None:
    entries = [entry(number) for number in range(1, 7)]
    passages = (passage(1, 1), passage(2, 4, back_of=1), passage(3, 2, back_of=None), passage(5, 3, back_of=3), NEWEST)

    assert judge(entries, *passages) == ([2, 3], [3, 5])


def test_what_one_needed_passage_keeps_is_followed_to_its_end() -> None:
    """Release 7 keeps passage 5, that its execution 3, that passage 4, that the one which it took back, and so on."""
    entries = [entry(number) for number in range(1, 7)]
    passages = (passage(1, 1), passage(2, 2), passage(3, 2, back_of=1), passage(4, 3, back_of=2), NEWEST)

    found = judge(entries, *passages, passage(5, 3, release=7), kept=Kept(releases=frozenset({7})))

    assert found == ([], [])


def test_a_passage_that_somebody_asked_for_goes_by_its_age_and_one_of_a_forgotten_execution_at_once() -> None:
    young = passage(3, None, at=NOW - 9 * DAY)

    assert judge([entry(8)], passage(1, None), passage(2, 5, at=NOW), young, NEWEST) == ([], [1, 2])


def test_a_passage_that_goes_on_and_the_newest_of_an_environment_keep_their_executions() -> None:
    entries = [entry(number) for number in range(1, 7)]

    found = judge(entries, passage(1, 1, ended=False), passage(2, 2, row="staging"), passage(3, 3), NEWEST)

    assert found == ([3], [3])


def made(number: int, release: int, state: RolloutState = RolloutState.COMPLETED, row: str = "production") -> Made:
    return Made(number=number, row=row, at=NOW, release=release, state=state)


def deployments(every: list[Made], kept: Kept = NOTHING, desired: frozenset[int] = frozenset()) -> list[int]:
    return list(forgetting.deployments_to_go(every, desired=desired, kept=kept, now=NOW, policy=FEW))


def test_of_each_environment_the_oldest_deployments_go() -> None:
    every = [made(number, number) for number in range(1, 6)] + [made(6, 6, row="staging")]

    assert deployments(every) == [1, 2]


def test_a_deployment_that_is_desired_or_under_way_stays() -> None:
    every = [made(1, 1, RolloutState.IN_PROGRESS), *(made(number, number) for number in range(2, 8))]

    assert deployments(every, desired=frozenset({2})) == [3, 4]


def test_the_newest_that_was_completed_stays_however_many_have_failed_since() -> None:
    every = [made(1, 1), made(2, 2), *(made(number, 3, RolloutState.FAILED) for number in range(3, 9))]

    assert deployments(every) == [1, 3, 4, 5]


def test_of_a_kept_release_the_first_deployment_stays_which_says_since_when_it_was_there() -> None:
    every = [made(1, 1, RolloutState.FAILED), *(made(number, 1) for number in range(2, 9))]

    assert deployments(every, Kept(releases=frozenset({1}))) == [1, 3, 4, 5]

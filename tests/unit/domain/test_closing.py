"""Why an environment is closed, by which passage, and what opens it."""

from dataclasses import replace

import pytest

from fairway.domain import closing
from fairway.domain.ids import ExecutionNumber
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.domain.rehearsal import Trial
from support.guard_values import make_passage, make_rehearsal
from support.pipeline_values import make_desired

S = PassageStatus
OLD = Trial(release="3", seconds=1.0, failed="GET /orders answered 500")
CLOSED = replace(make_desired(), closed=True, closed_at=70.0)


def closer(number: int = 7, status: PassageStatus = S.MIGRATED, *, back: bool = True, **changes: object) -> Passage:
    """A passage of execution 42 that the release which served would not have held through."""
    rehearsal = make_rehearsal(old=OLD, back=back)
    made = make_passage(status=status, execution=ExecutionNumber(42), rehearsal=rehearsal, backup=12)
    return replace(made, number=number, **changes)  # type: ignore[arg-type]


def commands(passage: Passage | None) -> list[str]:
    found = closing.describe(CLOSED, passage, goes_on=False)
    assert found is not None
    return [way.command for way in found.ways]


def test_it_is_closed_for_the_newest_passage_that_the_serving_release_fails_after() -> None:
    held = make_rehearsal(old=replace(OLD, failed=""))
    passages = [closer(9, S.REFUSED), closer(8, rehearsal=held), closer(7), closer(6)]

    found = closing.find_passage(passages)

    assert found is not None and found.number == 7
    assert closing.find_passage([closer(8, rehearsal=held)]) is None


def test_a_way_back_closes_it_where_that_was_said() -> None:
    back = make_passage(number=8, status=S.MIGRATING, back_of=7, opens_at=Outcome.UNTOUCHED)

    assert closing.find_passage([closer(7), back]) == back
    assert closing.find_passage([closer(7), replace(back, opens_at=None)]) == closer(7)


def test_an_open_environment_has_no_cause() -> None:
    assert closing.describe(make_desired(), closer(), goes_on=False) is None


def test_while_its_execution_goes_on_nobody_has_to_decide() -> None:
    found = closing.describe(CLOSED, closer(status=S.MIGRATING), goes_on=True)

    assert found is not None
    assert (found.since, found.passage, found.execution, found.settled, found.migrates) == (70.0, 7, 42, False, True)


@pytest.mark.parametrize(
    ("passage", "expected"),
    [
        (closer(), ["fairway retry 42", "fairway rollback 3 -e production --take-back"]),
        (closer(back=False), ["fairway retry 42", "fairway db restore 12"]),
        (closer(back=False, backup=None), ["fairway retry 42", "fairway restart -e production"]),
        (closer(back_of=5, opens_at=Outcome.APPLIED), ["fairway retry 42", "fairway restart -e production"]),
        (None, ["fairway deploy", "fairway restart -e production"]),
    ],
)
def test_once_nothing_goes_on_there_are_two_ways_out(passage: Passage | None, expected: list[str]) -> None:
    assert commands(passage) == expected


@pytest.mark.parametrize(
    ("passages", "expected"),
    [
        ([closer(status=S.MIGRATING)], True),
        ([closer()], True),
        ([closer(status=S.FAILED)], False),
        ([closer(execution=ExecutionNumber(41))], False),
        ([closer(rehearsal=make_rehearsal(old=replace(OLD, failed="")))], False),
        ([closer(7), make_passage(number=8, status=S.MIGRATED, back_of=7)], False),
        ([], False),
    ],
)
def test_an_execution_leaves_it_closed_by_what_it_has_migrated(passages: list[Passage], expected: bool) -> None:
    assert closing.leaves_closed(passages, 42) is expected

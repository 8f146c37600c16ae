"""The states of a passage through the guard."""

import itertools

import pytest

from fairway.domain import passage
from fairway.domain.passage import TRANSITIONS, PassageStatus
from support.guard_values import make_passage


@pytest.mark.parametrize(("before", "after"), [*itertools.product(PassageStatus, PassageStatus)])
def test_a_passage_moves_only_as_the_table_says(before: PassageStatus, after: PassageStatus) -> None:
    one = make_passage(status=before)

    if after in TRANSITIONS[before]:
        assert passage.advance(one, after, summary="why").summary == "why"
    else:
        with pytest.raises(ValueError, match=f"that is {before} can't become {after}"):
            passage.advance(one, after)


def test_one_that_migrates_is_never_stopped_or_begun_again() -> None:
    assert TRANSITIONS[PassageStatus.MIGRATING] == {PassageStatus.MIGRATED, PassageStatus.FAILED}


def test_what_has_ended_is_finished() -> None:
    finished = {status for status in PassageStatus if make_passage(status=status).finished}

    assert finished == {status for status, targets in TRANSITIONS.items() if not targets}

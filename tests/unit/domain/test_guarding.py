"""What stops a passage before it migrates, and which earlier release fits the database as it is."""

from dataclasses import replace

import pytest

from fairway.domain.guarding import Obstacle, Way, agree, find_obstacle, find_return
from fairway.domain.judgement import Finding, Judged
from fairway.domain.migrations import Plan, Tool
from fairway.domain.passage import Passage, PassageStatus
from fairway.domain.rehearsal import Attempt, Trial
from support.guard_values import make_passage, make_rehearsal

FINDING = Finding(rule="r", step="s", effect="e")
WELL = Trial(release="17", seconds=1.0)
SICK = Trial(release="17", seconds=1.0, failed="GET / answered 500")
BLIND = replace(SICK, blind="it failed before, too")
WAY_BACK = Attempt(command=("down",), code=0, seconds=1.0)


def passage(*, judged: Judged | None = None, old: Trial | None = None, new: Trial | None = None) -> Passage:
    return make_passage(judged=judged, rehearsal=make_rehearsal(old=old, new=new))


@pytest.mark.parametrize(
    ("found", "obstacle"),
    [
        (passage(), None),
        (make_passage(), None),
        (passage(judged=Judged(warned=(FINDING,)), old=WELL, new=WELL), None),
        (passage(old=BLIND, new=BLIND), None),
        (passage(judged=Judged(refused=(FINDING,)), old=SICK), Obstacle.REFUSED),
        (passage(old=SICK, new=SICK), Obstacle.OLD),
        (passage(old=WELL, new=SICK), Obstacle.NEW),
        (passage(judged=Judged(asked=(FINDING,))), Obstacle.ASKED),
    ],
)
def test_what_stands_in_the_way(found: Passage, obstacle: Obstacle | None) -> None:
    assert find_obstacle(found) is obstacle


def test_what_is_asked_stands_in_nobody_s_way_before_the_answer_nor_after_it() -> None:
    asked = passage(judged=Judged(asked=(FINDING,)))

    assert find_obstacle(replace(asked, goes=False)) is None
    assert find_obstacle(asked, agree([replace(FINDING, effect="measured anew")])) is None
    assert find_obstacle(asked, agree([replace(FINDING, step="another")])) is Obstacle.ASKED


def made(number: int, *applied: str, old: Trial | None = None, back: bool = False) -> Passage:
    rehearsal = make_rehearsal(old=old, down=WAY_BACK if back else None, back=back)
    return make_passage(number=number, status=PassageStatus.MIGRATED, applied=applied, release=18, rehearsal=rehearsal)


def plan(*missing: str) -> Plan:
    return Plan(tool=Tool.KNEX, missing=missing)


UNREAD = Plan(tool=Tool.COMMAND, known=False)


@pytest.mark.parametrize(
    ("plan", "made", "way"),
    [
        (plan(), [], Way.FITS),
        (plan("1"), [made(1, "1", old=WELL)], Way.FITS),
        (plan("1"), [made(1, "1", old=BLIND)], Way.NONE),
        (plan("1"), [made(1, "1", old=replace(WELL, release="16"))], Way.NONE),
        (plan("1"), [made(1, "1", old=SICK, back=True)], Way.DOWN),
        (plan("1"), [made(1, "1", "2", back=True)], Way.NONE),
        (plan("1"), [], Way.NONE),
        (plan("1", "2"), [made(2, "2", old=WELL), made(1, "1", old=WELL)], Way.NONE),
        (UNREAD, [], Way.FITS),
        (UNREAD, [made(1, old=WELL)], Way.FITS),
        (UNREAD, [made(1, back=True)], Way.DOWN),
        (UNREAD, [made(1)], Way.NONE),
        (UNREAD, [made(2, old=WELL), made(1, old=WELL)], Way.NONE),
    ],
)
def test_which_way_an_earlier_release_has(plan: Plan, made: list[Passage], way: Way) -> None:
    assert find_return(plan, {17}, made).way is way


def test_a_release_that_repeats_another_one_is_as_good_as_that() -> None:
    found = find_return(plan("1"), {12, 17}, [made(4, "1", old=WELL)])

    assert (found.way, found.passage, found.missing) == (Way.FITS, 4, ("1",))
    assert found.sentence == "it held on the copy that passage 4 migrated"

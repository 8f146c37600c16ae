"""Whether what a passage has migrated can be taken back, and whether a way back led back."""

from typing import Any

import pytest

from fairway.domain import taking_back
from fairway.domain.aftermath import Part, find_back
from fairway.domain.catalog import Change, Difference, Schema, compare
from fairway.domain.migrations import Plan, Tool
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.domain.rehearsal import Attempt
from support.guard_values import make_passage, make_rehearsal

BEFORE = Schema(objects={"column a": "integer", "column b": "text", "column c": "text"})
AFTER = Schema(objects={"column b": "text NOT NULL", "column c": "text", "column d": "text"})
DIFFERENCES = compare(BEFORE, AFTER)
DOWN = Attempt(command=("down",), code=0, seconds=0.5)


def plan(*applied: str, **changes: Any) -> Plan:
    return Plan(tool=Tool.KNEX, applied=("0", *applied), **changes)


def original(**changes: Any) -> Passage:
    values: dict[str, Any] = {
        "number": 7,
        "status": PassageStatus.MIGRATED,
        "plan": plan(),
        "applied": ("1", "2"),
        "rehearsal": make_rehearsal(differences=DIFFERENCES, down=DOWN, back=True),
    }
    return make_passage(**{**values, **changes})


@pytest.mark.parametrize(
    ("now", "there", "obstacle"),
    [
        (plan("1", "2"), Part.ALL, ""),
        (plan(), Part.NONE, ""),
        (plan("1"), Part.SOME, "of its migrations only 1 is there"),
        (plan("1", "2", "3"), Part.ALL, "3 came after it"),
        (plan("1", "1b", "2", "3", "4", "5"), Part.ALL, "1b, 3, 4 and 1 more came after it"),
        (plan("1", "2", trouble=("2",)), Part.SOME, "the tool marks 2 as not finished"),
    ],
)
def test_exactly_its_migrations_have_to_be_the_newest(now: Plan, there: Part, obstacle: str) -> None:
    assert taking_back.look(original(), now, AFTER, ()) == taking_back.Stand(there=there, obstacle=obstacle)


@pytest.mark.parametrize(
    ("schema", "there", "obstacle"),
    [
        (AFTER, Part.ALL, ""),
        (BEFORE, Part.NONE, ""),
        (Schema(objects={**AFTER.objects, "column a": "integer"}), Part.SOME, "some of the 3 changes"),
    ],
)
def test_without_a_table_the_schema_says_what_is_there(schema: Schema, there: Part, obstacle: str) -> None:
    found = taking_back.look(original(applied=()), Plan(tool=Tool.COMMAND, known=False), schema, ())

    assert found.there is there
    assert found.obstacle.startswith(obstacle)


def test_without_a_table_what_has_passed_since_is_what_came_after_it() -> None:
    unread = Plan(tool=Tool.COMMAND, known=False)
    since = [make_passage(number=8, status=PassageStatus.MIGRATED)]
    gone = [*since, make_passage(number=9, status=PassageStatus.MIGRATED, back_of=8)]

    assert taking_back.look(original(), unread, AFTER, since).obstacle == "passage 8 has migrated since"
    assert taking_back.look(original(), unread, AFTER, gone).obstacle == ""


def found(schema: Schema, *applied: str, base: tuple[str, ...] = ("0",)) -> tuple[Plan, Schema]:
    return Plan(tool=Tool.KNEX, applied=(*base, *applied)), schema


@pytest.mark.parametrize(
    ("after", "detour"),
    [
        (found(BEFORE), ""),
        (found(AFTER, "1"), "1 is still in the tool's table"),
        (found(BEFORE, base=()), "it took 0 away too, which passage 7 did not bring"),
        (found(AFTER), "column a, column b, column d are not as before passage 7"),
        (
            found(Schema(objects={**BEFORE.objects, "column b": "bytea"})),
            "column b is not as before passage 7",
        ),
        (
            found(Schema(objects={"column a": "integer", "column b": "text"})),
            "column c is not as before passage 7",
        ),
    ],
)
def test_it_leads_back_when_it_takes_away_what_came_and_nothing_besides(
    after: tuple[Plan, Schema], detour: str
) -> None:
    assert taking_back.find_detour(original(), found(AFTER, "1", "2"), after) == detour


def test_what_others_have_changed_since_is_no_detour() -> None:
    partition = {"table log_2027_01": "table"}
    before, after = Schema(objects={**AFTER.objects, **partition}), Schema(objects={**BEFORE.objects, **partition})

    assert taking_back.find_detour(original(), found(before, "1", "2"), found(after)) == ""


@pytest.mark.parametrize(
    ("changes", "bar"),
    [
        ({}, ""),
        ({"back_of": 3}, "passage 7 is a way back itself"),
        ({"status": PassageStatus.FAILED}, "passage 7 has not migrated: it is FAILED"),
        ({"rehearsal": None}, "passage 7 has rehearsed no way back"),
        ({"rehearsal": make_rehearsal(down=None)}, "passage 7 has rehearsed no way back"),
        ({"rehearsal": make_rehearsal(down=DOWN)}, "the way back that passage 7 rehearsed did not lead back"),
    ],
)
def test_only_what_was_rehearsed_is_ever_taken_back(changes: dict[str, Any], bar: str) -> None:
    assert taking_back.find_bar(original(**changes)) == bar


GONE = tuple(compare(AFTER, BEFORE))


@pytest.mark.parametrize(
    ("now", "schema", "outcome"),
    [
        (plan("1", "2"), AFTER, Outcome.UNTOUCHED),
        (plan(), BEFORE, Outcome.APPLIED),
        (plan("1"), AFTER, Outcome.HALF),
        (plan(), AFTER, Outcome.HALF),
        (plan("1", "2"), BEFORE, Outcome.HALF),
        (plan(trouble=("2",)), BEFORE, Outcome.HALF),
        (Plan(tool=Tool.COMMAND, known=False), BEFORE, Outcome.APPLIED),
        (Plan(tool=Tool.COMMAND, known=False), AFTER, Outcome.UNTOUCHED),
    ],
)
def test_how_it_stands_after_a_way_back_is_said_by_what_is_left(now: Plan, schema: Schema, outcome: Outcome) -> None:
    assert find_back(("1", "2"), now, GONE, schema, None).outcome is outcome


@pytest.mark.parametrize(("code", "outcome"), [(0, Outcome.APPLIED), (1, Outcome.UNKNOWN), (None, Outcome.UNKNOWN)])
def test_where_nothing_can_be_seen_only_a_good_end_is_believed(code: int | None, outcome: Outcome) -> None:
    assert find_back((), Plan(tool=Tool.COMMAND, known=False), (), AFTER, code).outcome is outcome


def test_the_differences_are_of_every_kind() -> None:
    assert {each.change for each in DIFFERENCES} == set(Change)
    assert all(isinstance(each, Difference) for each in DIFFERENCES)

"""How a database stands after a migration: by its tool's table and its schema, and by nothing else where they speak."""

import pytest

from fairway.domain.aftermath import find
from fairway.domain.catalog import Change, Difference, Schema
from fairway.domain.migrations import Plan, Tool
from fairway.domain.passage import Outcome

BEFORE = Plan(tool=Tool.KNEX, applied=("0",))
ADDED = Difference(object="column a", change=Change.ADDED, after="text")
CHANGED = Difference(object="column b", change=Change.CHANGED, before="text", after="text NOT NULL")
GONE = Difference(object="column c", change=Change.REMOVED, before="text")
ALL = (ADDED, CHANGED, GONE)
OLD = {"column b": "text", "column c": "text"}
NEW = {"column a": "text", "column b": "text NOT NULL"}
MIXED = {"column a": "text", "column b": "text", "column c": "text"}
ODD = {"column a": "integer", "column b": "integer", "column c": "integer"}


def plan(*applied: str, **changes: object) -> Plan:
    return Plan(tool=Tool.KNEX, applied=("0", *applied), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "objects", "outcome"),
    [
        (plan(), OLD, Outcome.UNTOUCHED),
        (plan("1", "2"), NEW, Outcome.APPLIED),
        (plan("1"), MIXED, Outcome.HALF),
        (plan("1"), NEW, Outcome.HALF),
        (plan(), NEW, Outcome.HALF),
        (plan("1", "2"), OLD, Outcome.HALF),
        (plan(), ODD, Outcome.HALF),
        (plan("1", "2", trouble=("2",)), NEW, Outcome.HALF),
    ],
)
def test_both_have_to_say_the_same(now: Plan, objects: dict[str, str], outcome: Outcome) -> None:
    found = find(("1", "2"), BEFORE, now, ALL, Schema(objects=objects), None)

    assert found.outcome is outcome


def test_what_others_have_changed_meanwhile_is_of_no_account() -> None:
    found = find(("1",), BEFORE, plan("1"), ALL, Schema(objects={**NEW, "table log_2026_12": "table"}), 0)

    assert found.outcome is Outcome.APPLIED


def test_without_a_change_of_the_schema_the_table_speaks_alone() -> None:
    there = find(("1",), BEFORE, plan("1"), (), Schema(objects={}), 1)
    absent = find(("1",), BEFORE, plan(), (), Schema(objects={}), 0)

    assert (there.outcome, absent.outcome) == (Outcome.APPLIED, Outcome.UNTOUCHED)
    assert there.sentence == "1 of 1 migration is in the tool's table"


@pytest.mark.parametrize(("code", "outcome"), [(0, Outcome.APPLIED), (1, Outcome.UNKNOWN), (None, Outcome.UNKNOWN)])
def test_where_neither_can_speak_only_a_good_end_is_believed(code: int | None, outcome: Outcome) -> None:
    unread = Plan(tool=Tool.COMMAND, known=False)

    found = find((), unread, unread, (), Schema(objects={}), code)

    assert found.outcome is outcome
    assert found.sentence == "neither the tool's table nor the schema shows anything"


def test_it_says_what_was_seen() -> None:
    found = find(("1", "2"), BEFORE, plan("1"), ALL, Schema(objects=MIXED), None)

    assert found.applied == ("1",)
    assert found.sentence == "1 of 2 migrations are in the tool's table; some of 3 changes are in the schema"


def test_without_a_migration_of_a_name_the_schema_speaks_alone() -> None:
    assert find((), BEFORE, plan(), ALL, Schema(objects=NEW), None).outcome is Outcome.APPLIED

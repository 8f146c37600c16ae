"""Schemas, fingerprints and locks, compared."""

from fairway.domain import catalog, fingerprint, rehearsal
from fairway.domain.address import Engine
from fairway.domain.catalog import Change, Schema, Standing, Table
from fairway.domain.fingerprint import Fingerprint, Mark
from fairway.domain.migrations import Plan, Tool
from fairway.domain.rehearsal import Held, LockMode
from support.guard_values import make_rehearsal


def test_two_schemas_differ_in_what_was_added_changed_and_removed() -> None:
    before = Schema(objects={"a": "1", "b": "2", "c": "3"})
    after = Schema(objects={"b": "2", "c": "4", "d": ""})

    differences = catalog.compare(before, after)

    assert [(each.object, each.change) for each in differences] == [
        ("a", Change.REMOVED),
        ("c", Change.CHANGED),
        ("d", Change.ADDED),
    ]
    assert before.version != after.version
    assert before.version == Schema(objects={"c": "3", "b": "2", "a": "1"}).version


def test_a_table_is_found_with_and_without_its_schema() -> None:
    orders = Table(name="public.orders", rows=1, bytes=2)
    standing = Standing(engine=Engine.POSTGRES, version="15.18", bytes=3, tables=(orders,))

    assert (standing.table("orders"), standing.table("public.orders"), standing.table("x")) == (orders, orders, None)
    assert standing.major == 15


def test_a_copy_is_the_original_when_every_row_is() -> None:
    original = Fingerprint(tables={"orders": Mark(rows=2, checksum="a")}, others={"sequence ids": "7"})

    assert fingerprint.compare(original, original) == ()
    assert original.rows == 2


def test_each_difference_of_a_copy_is_a_sentence() -> None:
    original = Fingerprint(
        tables={"a": Mark(rows=2, checksum="x"), "b": Mark(rows=2, checksum="x"), "c": Mark(rows=0, checksum="")},
        others={"sequence ids": "7"},
    )
    copy = Fingerprint(
        tables={"a": Mark(rows=1, checksum="y"), "b": Mark(rows=2, checksum="y"), "d": Mark(rows=0, checksum="")}
    )

    assert fingerprint.compare(original, copy) == (
        "a: 2 rows, the copy has 1",
        "b: 2 rows on both sides, with other contents",
        "c: the copy has no such table",
        "d: only the copy has it",
        "sequence ids: 7, in the copy absent",
    )


def test_the_strongest_lock_of_a_table_counts() -> None:
    weak = Held(table="a", mode=LockMode.SHARE, seconds=9.0)
    strong = Held(table="a", mode=LockMode.ACCESS_EXCLUSIVE, seconds=1.0)
    other = Held(table="b", mode=LockMode.ROW_EXCLUSIVE, seconds=2.0)

    assert rehearsal.longest([weak, strong, other]) == [other, strong]
    assert [each.stops for each in (weak, strong, other)] == ["writes", "reads and writes", ""]


def test_a_rehearsal_holds_when_its_command_did() -> None:
    assert make_rehearsal().held


def test_the_last_applied_migration_is_named() -> None:
    assert Plan(tool=Tool.SQL, applied=("1", "2")).last == "2"
    assert Plan(tool=Tool.SQL).last == ""


def test_what_was_written_between_two_fingerprints_is_a_sentence_for_each_table() -> None:
    before = Fingerprint(tables={name: Mark(rows=3, checksum="x") for name in "abcde"})
    now = Fingerprint(
        tables={
            "a": Mark(rows=3, checksum="x"),
            "b": Mark(rows=5, checksum="y"),
            "c": Mark(rows=2, checksum="y"),
            "d": Mark(rows=3, checksum="y"),
            "f": Mark(rows=1, checksum="y"),
        }
    )

    assert fingerprint.written(before, now) == (
        "b: 2 rows more",
        "c: 1 row fewer",
        "d: as many rows, with other contents",
        "e: the table is gone",
        "f: a new table with 1 row",
    )

"""Snapshots and instances as copies: what their states mean, and which of them nobody needs."""

import pytest

from fairway.domain.aws import copies, names
from fairway.domain.aws.copies import FRESH, Instance, Snapshot, Standing
from fairway.domain.backup import Verdict
from support.guard_values import make_backup

NOW = 100_000.0


def snapshot(**changes: object) -> Snapshot:
    values: dict[str, object] = {"name": "copy-1", "status": "available", "at": NOW - 60, **changes}
    return Snapshot(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("creating", Standing.COMING),
        ("pending", Standing.COMING),
        ("available", Standing.READY),
        ("failed", Standing.LOST),
        ("deleting", Standing.LOST),
        ("incompatible-restore", Standing.LOST),
    ],
)
def test_a_snapshot_stands_as_its_state_says(status: str, standing: Standing) -> None:
    assert copies.of_snapshot(snapshot(status=status)) is standing


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("creating", Standing.COMING),
        ("backing-up", Standing.COMING),
        ("modifying", Standing.COMING),
        ("available", Standing.READY),
        ("storage-optimization", Standing.READY),
        ("failed", Standing.LOST),
        ("stopped", Standing.LOST),
        ("incompatible-parameters", Standing.LOST),
    ],
)
def test_an_instance_stands_as_its_state_says(status: str, standing: Standing) -> None:
    assert copies.of_instance(Instance(name="copy-1", status=status, host="db")) is standing


def test_what_is_not_there_is_missing_and_an_instance_without_an_address_still_comes() -> None:
    assert copies.of_snapshot(None) is copies.of_instance(None) is Standing.MISSING
    assert copies.of_instance(Instance(name="copy-1", status="available")) is Standing.COMING


@pytest.mark.parametrize(
    ("changes", "goes_on"),
    [
        ({}, True),
        ({"status": "creating", "at": None}, True),
        ({"at": NOW - FRESH - 1}, False),
        ({"status": "creating", "at": NOW - FRESH - 1}, False),
        ({"status": "failed"}, False),
        ({"status": "deleting"}, False),
    ],
)
def test_a_stage_goes_on_with_a_snapshot_only_while_little_can_have_been_written_since(
    changes: dict[str, object], goes_on: bool
) -> None:
    assert copies.goes_on(snapshot(**changes), now=NOW) is goes_on


def test_a_copy_that_was_there_may_have_been_migrated() -> None:
    assert copies.untouched(Instance(name="copy-1", status="creating"))
    assert not copies.untouched(Instance(name="copy-1", status="available", host="db"))


def test_snapshots_stay_for_backups_that_promise_something_and_for_passages_on_their_way() -> None:
    backups = [
        make_backup(number=1, snapshot="kept", file=""),
        make_backup(number=2, snapshot="", verdict=Verdict.VERIFIED),
        make_backup(number=3, snapshot="failed", verdict=Verdict.FAILED),
        make_backup(number=4, snapshot="taken", verdict=Verdict.TAKEN),
    ]
    found = [snapshot(name=name) for name in ("kept", "failed", "taken", "own", "left")]

    keep = copies.needed(backups, ["own"])

    assert copies.to_go(found, keep) == ("failed", "left")
    assert copies.to_go([snapshot(name="left", status="deleting")], keep) == ()


@pytest.mark.parametrize(
    ("app", "environment"),
    [("shop-api", "production"), ("a" * 30, "b" * 30), ("a" + "-" * 28 + "b", "b-" * 14 + "b"), ("a", "b")],
)
def test_a_copys_name_is_one_that_rds_takes(app: str, environment: str) -> None:
    name = names.copy(app, environment, "release/7/12")

    assert len(f"{name}-again") <= 63
    assert "--" not in name
    assert name.startswith(f"{names.copies(app, environment)}-")
    assert name != names.copy(app, environment, "release/7/13")


def test_apps_whose_long_names_begin_alike_have_other_copies() -> None:
    assert names.copies("a" * 30, "b" * 30) != names.copies("a" * 30, "b" * 29 + "c")
    assert names.copies("a--b", "c") != names.copies("a-b", "c")
    assert names.copies("shop-api", "production") == "fairway-shop-api-production-copy"

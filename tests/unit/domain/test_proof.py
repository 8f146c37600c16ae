"""What may be said of a backup, and what the vault may be rid of."""

from dataclasses import replace

import pytest

from fairway.domain import proof
from fairway.domain.backup import Drill, Verdict
from support.guard_values import make_backup
from support.pipeline_values import APP


@pytest.mark.parametrize(
    ("file", "owner"),
    [
        ("shop-api.12.backup", ("shop-api", 12)),
        ("shop-api.12.backup.partial", None),
        ("shop-api.x.backup", None),
        ("shop-api.١.backup", None),
        ("shop-api.backup", None),
        ("notes", None),
    ],
)
def test_a_files_name_says_whose_it_is(file: str, owner: proof.Key | None) -> None:
    assert proof.owner(file) == owner
    assert owner is None or proof.file_name(*owner) == file


def test_one_that_failed_promises_nothing() -> None:
    failed = proof.failed(make_backup(), "no disk")

    assert (failed.verdict, failed.cause) == (Verdict.FAILED, "no disk")
    assert (failed.file, failed.bytes, failed.digest) == ("", 0, "")


def test_a_cause_names_the_first_differences_and_how_many_more_there_are() -> None:
    assert proof.sentence(["a", "b"]) == "a; b"
    assert proof.sentence(["a", "b", "c", "d", "e"]) == "a; b; c; and 2 more"


def test_only_the_last_drills_are_kept() -> None:
    backup = make_backup(drills=())
    for number in range(25):
        backup = proof.drilled(backup, Drill(at=float(number), seconds=1.0))

    assert [each.at for each in backup.drills] == [float(number) for number in range(5, 25)]


def test_a_file_is_expected_to_be_as_large_as_the_last_one_and_a_tenth() -> None:
    assert proof.expected(1000, make_backup(bytes=100)) == 110
    assert proof.expected(1000, None) == 250


def test_one_that_is_taken_and_that_nobody_makes_was_interrupted() -> None:
    taken = make_backup(app=APP, number=1, verdict=Verdict.TAKEN)
    others = [replace(taken, number=2), make_backup(app=APP, number=3)]

    assert proof.interrupted([taken, *others], {(APP, 2)}) == [taken]


def test_files_go_whose_backup_failed_or_whose_record_went_before_a_newer_one() -> None:
    backups = [
        make_backup(app=APP, number=3),
        make_backup(app=APP, number=4, verdict=Verdict.FAILED),
        make_backup(app=APP, number=5, verdict=Verdict.TAKEN),
    ]
    files = [proof.file_name(APP, number) for number in range(2, 8)] + ["other.1.backup", "notes"]

    going = proof.files_to_go(files, APP, backups, set())

    assert going == [f"{APP}.2.backup", f"{APP}.4.backup"]
    assert proof.files_to_go(files, APP, backups, {(APP, 4)}) == [f"{APP}.2.backup"]
    assert proof.files_to_go(files, APP, [], set()) == []

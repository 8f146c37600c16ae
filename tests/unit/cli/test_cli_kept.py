"""Backups as a terminal shows them."""

from dataclasses import replace

from fairway.cli import kept
from fairway.domain.backup import Backup, Drill, Occasion, Verdict
from fairway.wire import backups as shapes
from support.guard_values import make_backup


def shown(backup: Backup) -> dict[str, object]:
    return shapes.Backup.of(backup).model_dump(mode="json")


def row(backup: Backup, now: float = 1100.5) -> dict[str, str]:
    return dict(zip(kept.HEADINGS, kept.row(shown(backup), now), strict=True))


def test_a_verified_backup_shows_what_was_proven() -> None:
    backup = make_backup(number=12, seconds=3.2, verifying=4.1, release=17, drills=())

    assert row(backup) == {
        "backup": "12",
        "environment": "production",
        "verdict": "VERIFIED",
        "age": "1 min ago",
        "size": "12 MB",
        "rows": "3",
        "took": "3.2 s",
        "proven in": "4.1 s",
        "release": "17",
        "for": "migration",
        "drill": "",
    }
    assert kept.line(shown(backup)) == (
        "backup 12 of production: VERIFIED, 12 MB, 3 rows in 1 table, dumped in 3.2 s, proven in 4.1 s"
    )


def test_a_failed_one_shows_its_cause_and_neither_size_nor_rows() -> None:
    backup = make_backup(number=3, verdict=Verdict.FAILED, cause="public.orders: 3 rows, the copy has 2")

    found = row(backup)

    assert (found["size"], found["rows"], found["drill"]) == ("", "", "public.orders: 3 rows, the copy has 2")
    assert kept.line(shown(backup)) == "backup 3 of production: FAILED: public.orders: 3 rows, the copy has 2"


def test_the_last_drill_is_shown_and_who_asked_for_the_backup() -> None:
    held = make_backup(occasion=Occasion.REQUEST, by="ada", drills=(Drill(at=1000.5, seconds=41.0),))
    lost = replace(held, drills=(*held.drills, Drill(at=1090.5, seconds=40.0, differences=("gone",))))

    assert (row(held)["drill"], row(held)["for"]) == ("in 41 s, 1 min ago", "ada")
    assert row(lost)["drill"] == "FAILED, 10 s ago"

"""Giving the disk back what a database no longer needs: when it is worth it, and that nothing is lost by a failure."""

import logging
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from fairway.adapters.store import space

MB = 1024**2
ROWS = 400
HALF_BUT_ONE = ROWS // 2 - 1

WITH_A_SMALL_FILE = """
import resource, signal, sys
from pathlib import Path
from fairway.adapters.store import space
signal.signal(signal.SIGXFSZ, getattr(signal, sys.argv[2]))
resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, resource.RLIM_INFINITY))
space.give_back(Path(sys.argv[1]), least=1)
"""


def make(file: Path, *, deleted: int) -> Path:
    """A database that writes ahead, with rows of a page or two, so many of them deleted."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE log (number INTEGER PRIMARY KEY, text BLOB)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO log VALUES (?, randomblob(8000))", [(number,) for number in range(ROWS)])
        connection.execute("DELETE FROM log WHERE number < ?", [deleted])
        connection.execute("COMMIT")
    return file


def rows(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return int(connection.execute("SELECT count(*) FROM log").fetchone()[0])


@pytest.mark.parametrize(
    ("pages", "free", "worth"),
    [
        (40_000, 20_000, False),
        (40_000, 20_001, True),
        (16_384, 16_383, False),
        (16_385, 16_384, True),
        (600_000, 600_000 - 262_144, True),
        (600_000, 600_000 - 262_145, False),
        (0, 0, False),
    ],
)
def test_more_than_half_and_64_mb_have_to_be_free_and_1_gb_at_most_is_written(
    pages: int, free: int, worth: bool
) -> None:
    assert space.is_worth_it(pages, free, 4096) is worth


def test_what_is_no_longer_needed_is_given_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = make(tmp_path / "fairway.db", deleted=350)
    before = file.stat().st_size

    with caplog.at_level(logging.INFO):
        space.give_back(file, least=1)

    assert file.stat().st_size < before / 4
    assert rows(file) == 50
    assert caplog.messages == ["fairway.db was 3 MB, and is 0 MB"]


def test_a_file_that_needs_half_of_it_stays_as_it_is(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = make(tmp_path / "fairway.db", deleted=HALF_BUT_ONE)
    before = file.read_bytes()

    space.give_back(file, least=1)

    assert file.read_bytes() == before
    assert caplog.messages == []


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    space.give_back(tmp_path / "fairway.db")

    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_for_it_is_not_filled(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = make(tmp_path / "fairway.db", deleted=350)
    before = file.read_bytes()

    space.give_back(file, least=1, free_on=lambda folder: 400_000)

    assert file.read_bytes() == before
    assert caplog.messages == [
        "fairway.db keeps 2 MB that it does not need: giving them back takes 0 MB of the disk, which has 0"
    ]


@pytest.mark.parametrize("ending", ["SIG_IGN", "SIG_DFL"], ids=["a write fails", "the server dies in a write"])
def test_what_ends_it_in_the_middle_leaves_all_that_was_kept(tmp_path: Path, ending: str) -> None:
    file = make(tmp_path / "fairway.db", deleted=350)

    ended = subprocess.run(
        [sys.executable, "-c", WITH_A_SMALL_FILE, str(file), ending], capture_output=True, text=True, check=False
    )

    assert ended.returncode == (0 if ending == "SIG_IGN" else -signal.SIGXFSZ)
    assert ("is as large as before" in ended.stderr) is (ending == "SIG_IGN")
    assert rows(file) == 50


def test_a_file_that_somebody_reads_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = make(tmp_path / "fairway.db", deleted=350)
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN IMMEDIATE")

        space.give_back(file, least=1)

    assert caplog.messages == ["fairway.db is as large as before, it can't be written anew: database is locked"]


def test_what_is_no_database_is_left_to_the_store_to_say(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "fairway.db"
    file.write_bytes(b"no database at all" * 100)

    space.give_back(file, least=1)

    assert caplog.messages == ["fairway.db is as large as before, it can't be written anew: file is not a database"]

"""The server's own logs are emptied in place: who appends to one goes on in it."""

from pathlib import Path

import pytest

from fairway.adapters.files.ownlogs import OwnLogs
from fairway.adapters.system.clock import SystemClock


def make(folder: Path, limit: int = 10) -> OwnLogs:
    return OwnLogs(folder, SystemClock(), limit=limit)


def test_a_long_log_is_copied_and_goes_on_from_its_beginning(tmp_path: Path) -> None:
    with (tmp_path / "server.log").open("ab", buffering=0) as writer:
        writer.write(b"a long beginning\n")
        emptied = make(tmp_path).trim()
        writer.write(b"on\n")

    assert emptied == ["server.log"]
    assert (tmp_path / "server.log").read_bytes() == b"on\n"
    assert (tmp_path / "server.log.1").read_bytes() == b"a long beginning\n"
    assert (tmp_path / "server.log.1").stat().st_mode & 0o777 == 0o600


def test_a_short_one_and_what_tasks_print_stay(tmp_path: Path) -> None:
    (tmp_path / "haproxy.log").write_text("short\n")
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "web.log").write_text("a line of a task\n")

    assert make(tmp_path).trim() == []
    assert make(tmp_path / "nowhere").trim() == []
    assert (tmp_path / "tasks" / "web.log").read_text() == "a line of a task\n"


def test_there_is_one_copy_however_often_it_was_long(tmp_path: Path) -> None:
    for text in ("the first time\n", "the second time\n"):
        (tmp_path / "server.log").write_text(text)
        make(tmp_path).trim()

    assert sorted(each.name for each in tmp_path.iterdir()) == ["server.log", "server.log.1"]
    assert (tmp_path / "server.log.1").read_text() == "the second time\n"


def test_what_can_not_be_copied_is_emptied_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "server.log").write_text("a long beginning\n")
    (tmp_path / "server.log.new").mkdir()

    assert make(tmp_path).trim() == ["server.log"]
    assert (tmp_path / "server.log").read_text() == ""


def test_another_files_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("somebody's own long file\n")
    (tmp_path / "server.log").symlink_to(tmp_path / "elsewhere")

    assert make(tmp_path).trim() == []
    assert (tmp_path / "elsewhere").read_text() == "somebody's own long file\n"

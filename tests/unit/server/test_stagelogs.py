"""The last lines of a stage's log."""

from pathlib import Path

from fairway.server import stagelogs


def test_of_a_long_log_only_the_end_is_read_and_no_line_is_cut(tmp_path: Path) -> None:
    file = tmp_path / "build.log"
    file.write_text("".join(f"line {number} {'x' * 990}\n" for number in range(1000)))

    found = stagelogs.last(file, 1000).splitlines()

    assert found[-1].startswith("line 999 ")
    assert found[0].startswith("line 7")
    assert len(found) < 300


def test_a_short_log_is_read_from_its_first_line(tmp_path: Path) -> None:
    file = tmp_path / "build.log"
    file.write_text("npm ci\ndone\n")

    assert stagelogs.last(file, 5) == "npm ci\ndone\n"
    assert stagelogs.last(file, 1) == "done\n"
    assert stagelogs.last(tmp_path / "none.log", 1) == ""

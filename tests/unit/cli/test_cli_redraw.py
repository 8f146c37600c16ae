"""Lines that are looked at again and again."""

import io
from collections.abc import Sequence
from typing import Any

import pytest

from fairway.cli import redraw
from fairway.client.api import Client
from fairway.errors import Unreachable


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Back(Client):
    """A client of a server that answers again at once."""

    def healthy(self, timeout: float = 2.0) -> bool:
        return True


def lines(document: dict[str, str], now: float, width: int) -> Sequence[str]:
    return [f"web {document['web']}", f"worker {document['worker']} for {now:.0f} s"]


def test_elsewhere_than_on_a_terminal_only_what_changed_is_printed_and_no_mere_age(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen = redraw.Screen()

    for worker in ("starts", "starts", "runs"):
        screen.show({"web": "runs", "worker": worker}, lines)

    assert [line.split(" for ")[0] for line in capsys.readouterr().out.splitlines()] == [
        "web runs",
        "worker starts",
        "worker runs",
    ]


def test_on_a_terminal_the_lines_are_put_in_place_of_those_before(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout", terminal)
    screen = redraw.Screen()

    screen.redraw(["a", "wraps", "c"], 4)
    screen.redraw(["a"], 4)

    assert terminal.getvalue() == "a\x1b[K\nwraps\x1b[K\nc\x1b[K\n\x1b[J" + "\x1b[4Fa\x1b[K\n\x1b[J"


def test_a_long_line_is_kept_whole_and_counted_by_its_rows_colours_taking_no_room() -> None:
    painted = "\x1b[32m●\x1b[0m healthy"

    assert [redraw.height(line, 9) for line in ("", painted, "x" * 9, "x" * 10, "x" * 19)] == [1, 1, 1, 2, 3]


def test_no_more_is_drawn_than_the_terminal_has_rows() -> None:
    assert redraw.fitting(["a", "b" * 15, "c"], 10, 3) == ["a", "b" * 15]
    assert redraw.fitting(["a", "b" * 15, "c"], 10, 4) == ["a", "b" * 15, "c"]


def test_a_watch_goes_on_when_the_server_has_come_back(capsys: pytest.CaptureFixture[str]) -> None:
    answers: list[Any] = [Unreachable("it has gone"), {"web": "runs", "worker": "runs"}]

    def look() -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    redraw.watch(Back("http://nowhere", ""), look, lines, name="shop", more="fairway status", timeout=0.0)

    shown = capsys.readouterr()
    assert "waiting for the server to come back" in shown.err
    assert shown.out.startswith("web runs\n")

"""`fairway server logs`: as a document, and with -f over a log that the server empties."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest


def test_it_goes_on_when_the_log_was_emptied(tmp_path: Path) -> None:
    log = write_log(tmp_path, "before\n")

    first, second = follow(tmp_path, log)

    assert (first, second) == ("before\n", "on\n")


def test_followed_as_json_each_line_is_a_document(tmp_path: Path) -> None:
    log = write_log(tmp_path, "before\n")

    lines = follow(tmp_path, log, "--json")

    assert [json.loads(line) for line in lines] == [{"text": "before"}, {"text": "on"}]


@pytest.mark.parametrize(("tail", "texts"), [(("-n", "2"), ["b", "half"]), (("-n", "0"), []), ((), ["a", "b", "half"])])
def test_as_json_it_is_one_document(tmp_path: Path, tail: tuple[str, ...], texts: list[str]) -> None:
    write_log(tmp_path, "a\nb\nhalf")

    done = subprocess.run(
        command("--json", *tail), capture_output=True, text=True, env=environ(tmp_path), timeout=60, check=True
    )

    assert json.loads(done.stdout) == {"lines": [{"text": text} for text in texts]}


def write_log(home: Path, text: str) -> Path:
    log = home / "logs" / "server.log"
    log.parent.mkdir()
    log.write_text(text)
    return log


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "fairway", "server", "logs", *options]


def environ(home: Path) -> dict[str, str]:
    return {**os.environ, "FAIRWAY_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}


def follow(home: Path, log: Path, *options: str) -> tuple[str, str]:
    """The line that was there, and the one that came after the log was emptied."""
    with subprocess.Popen(
        command("--follow", *options), stdout=subprocess.PIPE, text=True, env=environ(home)
    ) as following:
        assert following.stdout is not None
        patience = threading.Timer(60.0, following.kill)
        patience.start()
        try:
            first = following.stdout.readline()
            os.truncate(log, 0)
            with log.open("a") as writer:
                writer.write("on\n")
            second = following.stdout.readline()
        finally:
            patience.cancel()
            following.kill()
    return first, second

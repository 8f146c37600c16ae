"""Long work that a command follows: told to its end, and never taken for another one."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from fairway.cli import errands
from fairway.cli.here import Place
from fairway.errors import Conflict, WorkFailed

BACKUP = {"app": "shop", "number": 1, "kind": "backup", "environment": "production", "variable": "DATABASE_URL"}
ERRAND = {**BACKUP, "begun_at": 5.0, "doing": "dumping", "done": 0, "total": 10, "backup": None, "before": None}


class Client:
    """Streams the messages."""

    url = "http://localhost:7878"

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._text = b"".join(json.dumps(message).encode() + b"\n" for message in messages)

    @contextmanager
    def request(self, method: str, path: str, **_: object) -> Iterator[Any]:
        yield SimpleNamespace(response=io.BytesIO(self._text), socket=SimpleNamespace(settimeout=lambda seconds: None))


def follow(*messages: dict[str, Any]) -> errands.Json:
    place = Place(client=Client(*messages), app="shop")  # type: ignore[arg-type]
    return errands.follow(place, dict(ERRAND), timeout=5.0, as_json=False)


def test_it_is_followed_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    ended = {**ERRAND, "doing": "sealing", "done": 1024**2, "total": 1024**2, "backup": 4}

    document = follow({"type": "errand", "errand": ERRAND}, {"type": "end", "errand": ended, "backup": {"number": 4}})

    assert document == {"errand": ended, "backup": {"number": 4}}
    assert [line.split()[:2] for line in capsys.readouterr().err.splitlines()] == [["dumping", "10"], ["sealing", "1"]]


def test_what_it_failed_with_is_raised_as_it_was() -> None:
    problem = {"code": "conflict", "title": "production of shop is being migrated", "detail": "", "hint": ""}

    with pytest.raises(Conflict, match="is being migrated"):
        follow({"type": "errand", "errand": ERRAND}, {"type": "problem", "problem": problem})


def test_another_one_of_the_same_number_is_not_taken_for_it() -> None:
    other = {**ERRAND, "kind": "restore", "begun_at": 99.0}

    with pytest.raises(WorkFailed, match="did not come to its end"):
        follow({"type": "end", "errand": other, "backup": None})

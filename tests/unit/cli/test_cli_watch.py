"""A watch over a server that goes and comes back."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fairway.cli import report
from fairway.client.api import Client
from fairway.errors import Unreachable


class Restarting(Client):
    """A client of a server that is gone when the stream is opened, and answers after that."""

    def __init__(self) -> None:
        super().__init__("http://nowhere", "")
        self.opened = 0

    @contextmanager
    def request(self, method: str, path: str, **options: Any) -> Iterator[Any]:
        self.opened += 1
        if self.opened == 1:
            raise Unreachable("the Fairway server at http://nowhere can't be reached", why="the connection broke off")
        yield Opened()

    def healthy(self, timeout: float = 2.0) -> bool:
        return True


class Opened:
    """A stream that ends at once, as `Answer` has it."""

    def __init__(self) -> None:
        self.response = io.BytesIO(b'{"type": "end"}\n')
        self.socket = self

    def settimeout(self, seconds: float) -> None:
        """Nothing to wait for."""


def test_a_watch_goes_on_when_the_server_goes_before_its_stream_is_open(capsys: pytest.CaptureFixture[str]) -> None:
    client = Restarting()

    messages = list(report.messages(client, "/stream", timeout=60.0, name="execution 1", more="fairway show 1"))

    assert [message["type"] for message in messages] == ["reopened", "end"]
    assert "waiting for the server to come back" in capsys.readouterr().err

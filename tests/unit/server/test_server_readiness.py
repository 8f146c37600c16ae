"""What systemd is told: that the server serves, once, and by nobody else."""

import logging
import socket
from pathlib import Path

import pytest

from fairway.server import readiness


@pytest.mark.parametrize("abstract", [False, True])
def test_who_started_the_server_hears_that_it_serves(tmp_path: Path, *, abstract: bool) -> None:
    name = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"\0{name}" if abstract else name)
        heard.settimeout(10)
        environ = {"NOTIFY_SOCKET": f"@{name}" if abstract else name, "PATH": "/bin"}

        readiness.tell(environ)

        assert heard.recv(100) == b"READY=1"
    assert environ == {"PATH": "/bin"}


def test_without_anybody_who_waits_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    readiness.tell({})

    assert caplog.records == []


def test_a_socket_that_is_gone_does_not_end_the_server(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        readiness.tell({"NOTIFY_SOCKET": str(tmp_path / "gone")})

    assert "could not be told" in caplog.text

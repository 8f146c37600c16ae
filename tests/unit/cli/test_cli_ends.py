"""How a command ends that is interrupted, or whose output can't be taken as it is."""

import os
import pty
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

FAIRWAY = [sys.executable, "-m", "fairway"]


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["completion", "bash"]])
def test_output_that_cant_be_written_is_told_as_such(arguments: list[str], tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = run(arguments, full, tmp_path)

    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        ["Error   standard output can't be written to", "Why     no space left on device"],
    )


@pytest.mark.parametrize("arguments", [["--help"], ["completion", "bash"]])
def test_a_reader_that_has_gone_is_no_failure(arguments: list[str], tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    with os.fdopen(writing, "w") as gone:
        done = run(arguments, gone, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_after_the_server_was_asked_does_not_say_that_nothing_was_done(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0ken\n")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        environ = {**environment(tmp_path), "FAIRWAY_PORT": str(server.getsockname()[1])}
        with subprocess.Popen(
            [*FAIRWAY, "apps", "create", "shop"],
            env=environ,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as process:
            assert process.stderr is not None
            asked, _ = server.accept()
            with asked:
                asked.recv(1)
                process.send_signal(signal.SIGINT)
                said = process.stderr.read()

    assert process.returncode == 130
    assert said.strip() == "Stopped; what the server was asked for before goes on there: fairway status"


@pytest.mark.parametrize(("terminal", "shown"), [(False, "✓ é"), (True, "? ?")])
def test_a_locale_without_the_characters_fails_nothing(terminal: bool, shown: str, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "server.log").write_text("✓ é\n")
    reading, writing = pty.openpty() if terminal else os.pipe()

    with os.fdopen(writing, "w") as output:
        done = run(["server", "logs"], output, tmp_path, PYTHONIOENCODING="ascii")
        said = os.read(reading, 100).decode()
    os.close(reading)

    assert (done.returncode, done.stderr, said.rstrip("\r\n")) == (0, "", shown)


def test_a_folder_that_was_deleted_is_told_as_such(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()

    done = subprocess.run(
        ["sh", "-c", 'rmdir "$PWD" && exec "$@"', "sh", *FAIRWAY, "status"],
        cwd=folder,
        env=environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        ["Error   the folder that this shell is in is gone", "Hint    cd to the app's repository"],
    )


def run(arguments: list[str], output: IO[str], home: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FAIRWAY, *arguments],
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment(home), **environ},
        timeout=60,
        check=False,
    )


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "FAIRWAY_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}

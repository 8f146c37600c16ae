"""The server as a process: its home, its port, its start and its end."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fairway import settings
from fairway.server import running as running_server
from support.git_work import ENVIRONMENT, Work
from support.ports import free_port

ROOT = Path(__file__).parents[3]


def spawn(home: Path, port: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "FAIRWAY_HOME": str(home), "FAIRWAY_PORT": str(port)}
    environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT / 'tests'}"
    command = [sys.executable, "-m", "support.server_process", "fairway.server"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, cwd=home.parent)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def until(condition, patience: float = 15.0) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def running(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    process = spawn(home, port)
    try:
        until(lambda: answers(port) or process.poll() is not None)
        assert process.poll() is None, process.stderr.read()
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "my home"


def test_nothing_of_a_home_that_was_open_to_everybody_is(home):
    home.mkdir(mode=0o755)
    (home / "logs").mkdir(mode=0o755)
    with running(home, free_port()):
        open_to_others = {
            file.name for file in home.iterdir() if file.stat().st_mode & 0o077 and file.name != "instance"
        }

    assert open_to_others == set()
    assert stat.S_IMODE(home.stat().st_mode) == 0o755


def test_it_serves_until_sigterm_and_leaves_nothing_that_says_it_still_runs(home):
    with running(home, free_port()) as process:
        pid = (home / "run/server.pid").read_text().split()[0]
        modes = {name: (home / name).stat().st_mode & 0o777 for name in ("token", "run/pushes", "run")}
        process.send_signal(signal.SIGTERM)
        status = process.wait(timeout=60)

    assert (pid, status) == (str(process.pid), 0)
    assert modes == {"token": 0o600, "run/pushes": 0o600, "run": 0o700}
    assert not (home / "run/server.pid").exists()
    assert not (home / "run/pushes").exists()


@pytest.mark.exhaustive
def test_the_owners_token_opens_the_api_and_stays_the_same_over_restarts(home):
    port, tokens = free_port(), []
    for _ in range(2):
        with running(home, port):
            tokens.append((home / "token").read_text().strip())
            headers = {"Authorization": f"Bearer {tokens[-1]}"}
            request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/apps", headers=headers)
            with urllib.request.urlopen(request, timeout=5) as answer:
                assert answer.status == 200

    assert tokens[0] == tokens[1] and len(tokens[0]) > 30


def test_a_second_server_on_the_same_home_is_refused_by_the_first_ones_name(home):
    with running(home, free_port()) as first:
        second = spawn(home, free_port())
        _, words = second.communicate(timeout=60)
        still = answers(int((home / "run/pushes").read_text().split()[1]))

    assert second.returncode == 1
    assert str(first.pid) in words and "already runs" in words
    assert still


def test_a_port_that_is_taken_is_named_and_nothing_is_begun(home):
    port = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        process = spawn(home, port)
        _, words = process.communicate(timeout=60)

    assert process.returncode == 1
    assert f"port {port}" in words and "already taken" in words and "FAIRWAY_PORT" in words
    assert not (home / "token").exists()


def test_a_connection_sends_what_it_has_without_waiting_for_the_clients_acknowledgement(home):
    found = settings.read({"FAIRWAY_HOME": str(home), "FAIRWAY_PORT": str(free_port())})

    with running_server.bind(found) as listener, socket.create_connection(listener.getsockname()):
        listener.setblocking(True)
        accepted, _ = listener.accept()
        with accepted:
            at_once = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    assert at_once == 1


def test_after_kill_9_the_next_start_needs_no_help_and_finds_what_was_pushed(home, tmp_path):
    port, work = free_port(), Work(tmp_path / "work")
    work.commit({"a": b"1"})
    with running(home, port) as first:
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    kept = work.push(home / "git/shop.git", "master")

    with running(home, port):
        token = (home / "token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        url = f"http://127.0.0.1:{port}/api/v1/apps/shop/executions"

        def executions() -> str:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as answer:
                return answer.read().decode()

        until(lambda: work.head() in executions())
        listed = executions()

    assert "Kept: the server is not running" in kept.stderr
    assert '"kind":"resume"' in listed


@pytest.mark.exhaustive
def test_sigterm_ends_a_push_that_waits_and_takes_seconds_at_most(home, tmp_path):
    port, work = free_port(), Work(tmp_path / "work")
    work.commit({"a": b"1"})
    with running(home, port) as server:
        token = (home / "token").read_text().strip()
        url = f"http://x:{token}@127.0.0.1:{port}/git/shop.git"
        push = subprocess.Popen(
            ("git", "push", url, "master"), cwd=work.path, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
        )
        # The scripted pipeline is quick; whether the push was through or not, both must end in peace.
        begun = time.monotonic()
        server.send_signal(signal.SIGTERM)
        status = server.wait(timeout=10)
        push.communicate(timeout=10)

    assert status == 0 and time.monotonic() - begun < 8

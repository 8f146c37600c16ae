"""Starting, finding and stopping the server's process, with real processes in its place."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairway.cli import daemon
from fairway.errors import Conflict, WorkFailed
from fairway.settings import Settings
from support.world import until

STAND_IN = """
import os, sys, time, json, http.server
home, port = sys.argv[1], int(sys.argv[2])
os.makedirs(home + "/run", exist_ok=True)
open(home + "/run/server.pid", "w").write(f"{os.getpid()}\\n")
print("begun", flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"status": "ok", "version": "1", "pid": os.getpid()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    made = Settings(home=tmp_path / "home", port=port)
    yield made
    for pid in (int(path.name) for path in Path("/proc").glob("[0-9]*")):
        if str(tmp_path / "fairway.server.py") in daemon.command_line(pid):
            daemon.end(pid, "the stand-in", 10)


def command(settings: Settings, code: str = STAND_IN) -> tuple[str, ...]:
    script = settings.home.parent / "fairway.server.py"
    script.write_text(code)
    return (sys.executable, str(script), str(settings.home), str(settings.port))


def test_start_returns_when_the_server_answers_and_stop_when_it_has_gone(settings: Settings) -> None:
    started = daemon.start(settings, timeout=30, command=command(settings))
    again = daemon.start(settings, timeout=30, command=command(settings))
    stopped = daemon.stop(settings, timeout=30)

    assert (started.new, again.new, again.pid) == (True, False, started.pid)
    assert stopped == started.pid
    assert daemon.find(settings) is None
    assert daemon.stop(settings, timeout=1) is None
    assert daemon.log_file(settings).read_text() == "begun\n"


def test_a_server_that_ends_at_once_is_told_with_its_last_words(settings: Settings) -> None:
    settings.logs.mkdir(parents=True)
    daemon.log_file(settings).write_text("words of an earlier server\n")

    with pytest.raises(WorkFailed, match="ended with status 3") as caught:
        daemon.start(settings, timeout=30, command=command(settings, 'print("no Docker", flush=True); exit(3)'))

    assert caught.value.log == ("no Docker",)


def test_a_server_that_does_not_answer_in_time_is_told(settings: Settings) -> None:
    silent = "import time, sys; print('thinking', flush=True); time.sleep(20)"

    with pytest.raises(WorkFailed, match=f"does not answer on port {settings.port} yet") as caught:
        daemon.start(settings, timeout=1, command=command(settings, silent))

    assert caught.value.log == ("thinking",)


def test_a_port_that_another_program_has_is_named(settings: Settings) -> None:
    with (
        socket.create_server(("127.0.0.1", settings.port)) as other,
        pytest.raises(Conflict, match=f"port {settings.port} is taken") as caught,
    ):
        other.settimeout(0)
        daemon.start(settings, timeout=5, command=command(settings))

    assert "FAIRWAY_PORT=" in caught.value.hint


def test_a_server_of_another_home_is_not_taken_for_ours(settings: Settings, tmp_path: Path) -> None:
    other = Settings(home=tmp_path / "other", port=settings.port)
    daemon.start(other, timeout=30, command=command(other))

    with pytest.raises(Conflict, match="is taken"):
        daemon.start(settings, timeout=5, command=command(settings))

    assert daemon.stop(other, timeout=30)


def test_a_server_that_takes_the_port_in_the_same_moment_is_not_taken_for_ours(settings: Settings) -> None:
    overtaken = STAND_IN.replace("class Handler", "if os.fork(): time.sleep(20); sys.exit()\nclass Handler")

    with pytest.raises(WorkFailed, match="does not answer"):
        daemon.start(settings, timeout=3, command=command(settings, overtaken))

    pid = daemon.find(settings)
    assert pid and not daemon.serves(settings, pid)


def test_a_pid_file_whose_number_is_somebody_elses_is_not_believed(settings: Settings) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        settings.run.mkdir(parents=True)
        for name in ("server.pid", "haproxy.pid"):
            (settings.run / name).write_text(str(stranger.pid))

        found, stopped = daemon.find(settings), daemon.stop_components(settings, timeout=5)

        assert (found, stopped, stranger.poll()) == (None, [], None)
        stranger.terminate()


def test_what_the_server_left_running_for_this_home_is_stopped(settings: Settings) -> None:
    settings.run.mkdir(parents=True)
    component = subprocess.Popen([sys.executable, "-c", "input()", str(settings.run)], stdin=subprocess.PIPE)
    (settings.run / "haproxy.pid").write_text(str(component.pid))
    until(lambda: "input()" in daemon.command_line(component.pid), what="the component")

    stopped = daemon.stop_components(settings, timeout=10)

    component.communicate()
    assert stopped == ["haproxy"]
    assert component.returncode != 0


def test_the_log_is_shown_and_followed(shell: Any, tmp_path: Path) -> None:
    missing = shell.fairway("server", "logs")
    logs = tmp_path / "home" / "logs"
    logs.mkdir()
    (logs / "server.log").write_text("one\ntwo\nthree\n")

    shown = shell.fairway("server", "logs", "--tail", "2")
    with subprocess.Popen(
        [sys.executable, "-m", "fairway", "server", "logs", "-f", "--tail", "1"],
        env={**shell.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        with (logs / "server.log").open("a") as log:
            log.write("four\nfi")
            log.flush()
            lines.append(process.stdout.readline())
            log.write("ve\n")
        lines.append(process.stdout.readline())
        process.terminate()

    assert missing.returncode == 3
    assert shown.stdout == "two\nthree\n"
    assert lines == ["three\n", "four\n", "five\n"]

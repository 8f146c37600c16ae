"""On a real terminal: colours, the line that is rewritten, and a shell in a task."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from typing import Any

from support.cli_server import Served, execution, figures, stage


class Terminal:
    """A command on a pseudo-terminal."""

    def __init__(self, shell: Any, *arguments: str) -> None:
        self.end, inner = pty.openpty()
        environ = {**shell.environ, "TERM": "xterm", "LINES": "24"}
        environ.pop("NO_COLOR", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fairway", *arguments],
            cwd=shell.folder,
            env=environ,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
        os.close(inner)
        self.seen = ""

    def expect(self, pattern: str, patience: float = 30.0) -> str:
        """Read until the pattern stands on the screen."""
        deadline = time.monotonic() + patience
        while not re.search(pattern, self.seen):
            assert time.monotonic() < deadline, f"{pattern} is not in {self.seen!r}"
            if select.select([self.end], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.end, 65536).decode()
                except OSError:
                    assert re.search(pattern, self.seen), self.seen
        return self.seen

    def type(self, text: str) -> None:
        os.write(self.end, text.encode())

    def close(self) -> int:
        status = self.process.wait(30)
        os.close(self.end)
        return status


def test_a_stage_that_runs_is_shown_with_its_time_and_replaced_when_it_ends(shop: Any, server: Served) -> None:
    running = execution(status="IN_PROGRESS", stages=[stage("build", "IN_PROGRESS", started_at=time.time())])
    server.script = [running, running, execution(stages=[stage("build", seconds=6.2)])]
    server.pause = 0.7

    terminal = Terminal(shop, "deploy")
    seen = terminal.expect("6.2 s")

    assert terminal.close() == 0
    assert re.search(r"\r\x1b\[2K  build       \x1b\[33m…\x1b\[0m  \d\.\d s", seen)
    assert "\x1b[32m✓\x1b[0m  6.2 s" in seen


def test_a_watched_status_is_redrawn_in_place(shop: Any, server: Served) -> None:
    server.executions = [execution(status="IN_PROGRESS", stages=[stage("build", "IN_PROGRESS")])]
    terminal = Terminal(shop, "status", "--watch")
    terminal.expect("in progress in build")

    server.executions = [execution()]
    seen = terminal.expect("succeeded")
    terminal.process.terminate()
    terminal.close()

    assert re.search(r"\x1b\[\dF", seen)


def test_top_is_redrawn_in_place_each_second(shop: Any, server: Served) -> None:
    server.top = [{"environment": "production", "service": "web", "figures": figures(), "tasks": []}]
    terminal = Terminal(shop, "top")
    terminal.expect("41 ")

    server.top[0]["figures"] = figures(requests_per_second=77.0)
    seen = terminal.expect("77 ")
    terminal.process.terminate()
    terminal.close()

    assert re.search(r"\x1b\[\dF", seen)


def test_a_shell_in_a_task_gets_keys_and_the_windows_size(shop: Any) -> None:
    terminal = Terminal(shop, "exec", "-t", "--", "sh", "-i")
    terminal.expect("sh -i")
    terminal.expect(r"size \[120, 24\]")
    terminal.type("a")
    terminal.expect("A")
    terminal.type("q")
    terminal.expect("bye")

    assert terminal.close() == 5


def test_a_question_is_asked_and_no_is_respected(shop: Any, server: Served) -> None:
    terminal = Terminal(shop, "down")
    terminal.expect(r"Take production of shop-api down\? \[y/N\]")
    terminal.type("n\n")

    assert terminal.close() == 130
    assert server.bodies("POST", "/apps/shop-api/down") == []


def test_a_secret_is_asked_for_without_being_shown(shop: Any, server: Served) -> None:
    terminal = Terminal(shop, "env", "set", "SECRET")
    terminal.expect("SECRET:")
    terminal.type("hush\n")
    terminal.expect("changed")

    assert terminal.close() == 0
    assert "hush" not in terminal.seen
    assert server.variables["production"] == {"SECRET": "hush"}

"""How soon a server that was killed in the middle of an execution goes on with it: from `fairway server start` until
the log of its action says so, against a start with nothing under way until the API answers.

    python bench/resume.py [ROUNDS]
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from fairway.cli.demo.sandbox import Sandbox
from sandbox import answer, live, row, until

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 7
GOES_ON = "the server was restarted; going on"
BAKE = "\n[environments.production]\ndeployment = { bake = '30m', timeout = '60m' }\n"


def main() -> None:
    """Measure and print one line."""
    with live() as sandbox:
        floor = [start(sandbox, lambda: serves(sandbox)) for _ in range(ROUNDS)]
        manifest = sandbox.repository / "fairway.toml"
        manifest.write_text(manifest.read_text() + BAKE)
        sandbox.run("git", "commit", "--quiet", "--all", "--message", "Bake for half an hour")
        number = sandbox.ask("executions")["executions"][0]["number"] + 1
        push = subprocess.Popen(
            ["git", "push", "--quiet", "fairway", "master"],
            cwd=sandbox.repository,
            env=dict(sandbox.environ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        log = sandbox.home / "executions" / "shop-api" / str(number) / "production.log"
        until(lambda: log.exists() and "serving" in log.read_text(), patience=180)
        ours = [start(sandbox, lambda seen=seen: log.read_text().count(GOES_ON) > seen) for seen in range(ROUNDS)]
        push.wait()
        sandbox.fairway("stop", str(number))
    print(row("kill to going on", ours, floor))


def start(sandbox: Sandbox, done: Callable[[], bool]) -> float:
    """Kill the server, start another one, and count the seconds from there."""
    pid = int((sandbox.home / "run" / "server.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{pid}").exists() or "State:\tZ" in Path(f"/proc/{pid}/status").read_text())
    command = [sys.executable, "-m", "fairway", "server", "start"]
    starting = subprocess.Popen(command, env=dict(sandbox.environ), stdout=subprocess.DEVNULL)
    seconds = until(done)
    starting.wait()
    return seconds


def serves(sandbox: Sandbox) -> bool:
    """Whether the API answers."""
    return answer(f"http://127.0.0.1:{sandbox.environ['FAIRWAY_PORT']}/healthz") is not None


if __name__ == "__main__":
    main()

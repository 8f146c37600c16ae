"""What the server costs: resident memory with 20 tasks, share of a core when idle; and how long commands take."""

import os
import sys
import time
from pathlib import Path

from sandbox import live, run, until

TASKS = 20
IDLE_SECONDS = 30


def main() -> None:
    """Measure and print the lines."""
    with live() as sandbox:
        sandbox.fairway("scale", f"web={TASKS}")
        until(lambda: healthy(sandbox.ask("ps")) == TASKS, patience=180, every=0.5)
        pid = int((sandbox.home / "run" / "server.pid").read_text().split()[0])
        time.sleep(10)
        before = cpu_seconds(pid)
        time.sleep(IDLE_SECONDS)
        share = (cpu_seconds(pid) - before) / IDLE_SECONDS
        print(f"server memory, {TASKS} tasks              {resident(pid) / 2**20:.0f} MB resident")
        print(f"server CPU, idle, {TASKS} tasks           {100 * share:.2f} % of a core")
        environ = dict(sandbox.environ)
        for command in (["--help"], ["status"]):
            times = []
            for _ in range(9):
                started = time.perf_counter()
                run(sys.executable, "-m", "fairway", *command, cwd=sandbox.repository, environ=environ)
                times.append(time.perf_counter() - started)
            name = f"fairway {' '.join(command)}"
            print(f"{name:<38} {1000 * sorted(times)[len(times) // 2]:.0f} ms")


def healthy(listing: dict[str, list[dict[str, str]]]) -> int:
    """How many tasks of a `ps --json` are healthy."""
    return sum(task["health"] == "HEALTHY" for task in listing["tasks"])


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    """Bytes of resident memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()

"""What Fairway adds to a push: `git push` over HTTP through the hook to the server and back, against `git push` by path
into a plain bare repository. The pipeline is a fake that does nothing, so this is the front door alone.

    python bench/push_round_trip.py [PUSHES]
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from support.git_work import Work  # noqa: E402

PORT = int(os.environ.get("FAIRWAY_PORT", "21690"))


def main() -> None:
    """Measure, and print one JSON document."""
    pushes = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory(prefix="fairway-push-") as name:
        folder = Path(name)
        server = start(folder / "home")
        try:
            print(json.dumps(measure(folder, server.pid, pushes), indent=2))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def measure(folder: Path, pid: int, pushes: int) -> dict[str, object]:
    """Seconds (medians) and megabytes."""
    work = Work(folder / "work")
    work.commit({f"src/{number}.js": b"x" * 2000 for number in range(200)})
    plain = folder / "plain.git"
    subprocess.run(("git", "init", "-q", "--bare", str(plain)), check=True)
    token = (folder / "home/token").read_text().strip()
    ways = {
        "plain, by path": str(plain),
        "Fairway, by path": str(folder / "home/git/shop.git"),
        "Fairway, over HTTP": f"http://x:{token}@127.0.0.1:{PORT}/git/shop.git",
    }
    fresh = resident(pid)
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(pushes + 1):
        for way, remote in ways.items():
            work.commit({"src/0.js": f"{way} {number}".encode()})
            begun = time.perf_counter()
            done = work.push(remote, "--force", "HEAD:master")
            assert done.returncode == 0, done.stderr
            if number:
                taken[way].append(time.perf_counter() - begun)
    seconds = {way: round(statistics.median(times), 4) for way, times in taken.items()}
    return {"seconds": seconds, "resident_mb": {"fresh": fresh, "after the pushes": resident(pid)}}


def start(home: Path) -> subprocess.Popen[bytes]:
    """The server, once it answers."""
    environment = {**os.environ, "FAIRWAY_HOME": str(home), "FAIRWAY_PORT": str(PORT)}
    environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT / 'tests'}"
    process = subprocess.Popen((sys.executable, "-m", "support.server_process", "fairway.server"), env=environment)
    deadline = time.monotonic() + 20
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=1).close()
            return process
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise
            time.sleep(0.05)


def resident(pid: int) -> float:
    """Megabytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


if __name__ == "__main__":
    main()

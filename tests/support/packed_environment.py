"""A virtual environment of its own for a program of the tests that needs other packages than Fairway does.

It is made from a lock file when it is first needed, under `.cache/`, and again when that has changed.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIRST_RUN = 900
"""Seconds after which making one has surely come to nothing."""


def python(name: str, lock: Path) -> Path:
    """The interpreter of `.cache/NAME`, made first where it is not there yet. One process makes it; others wait."""
    place = ROOT / ".cache" / name
    place.mkdir(parents=True, exist_ok=True)
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    made = place / "made-from"
    with (place / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not made.exists() or made.read_text() != wanted:
            made.unlink(missing_ok=True)
            make(place / "venv", lock)
            made.write_text(wanted)
    return place / "venv" / "bin" / "python"


def make(venv: Path, lock: Path) -> None:
    run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(venv)])
    pip = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python"), "install", "--quiet"]
    # The lock is complete, so nothing is resolved.
    run([*pip, "--disable-pip-version-check", "--require-hashes", "--no-deps", "-r", str(lock)])


def run(command: list[str]) -> None:
    # Its own settings of where packages come from are the machine's affair; Python's are not.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=FIRST_RUN, check=False, env=environment)
    if done.returncode:
        raise AssertionError(f"{' '.join(command[:3])}…: {done.stderr[-2000:]}")

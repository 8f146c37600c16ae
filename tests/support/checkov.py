"""checkov over templates, in a virtual environment of its own.

It needs a hundred packages, some of them in other versions than Fairway does, so it is no part of Fairway's
environment. Its own is made from `requirements-checkov.lock` when it is first needed, under `.cache/`, and again when
the lock has changed. checkov fetches nothing by itself (`--skip-download`).
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements-checkov.lock"
PLACE = ROOT / ".cache" / "checkov"
FIRST_RUN, RUN = 900, 300
"""Seconds after which making the environment, and a run, have surely come to nothing."""

Failure = tuple[str, str, str]
"""The template's name, the resource's logical id, and the rule's id."""


def program() -> Path:
    """checkov's own, made first where it is not there yet. One process makes it; others wait for it."""
    PLACE.mkdir(parents=True, exist_ok=True)
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    made = PLACE / "made-from"
    with (PLACE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists() or made.read_text() != wanted:
            made.unlink(missing_ok=True)
            _make(PLACE / "venv")
            made.write_text(wanted)
    return PLACE / "venv" / "bin" / "checkov"


def _make(venv: Path) -> None:
    _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(venv)], FIRST_RUN)
    pip = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python"), "install", "--quiet"]
    # The lock is complete, so nothing is resolved. Most of what a hundred packages hold is never imported by checkov.
    quickly = ["--disable-pip-version-check", "--require-hashes", "--no-deps", "--no-compile"]
    _run([*pip, *quickly, "-r", str(LOCK)], FIRST_RUN)


def failures(templates: Mapping[str, Mapping[str, Any]], directory: Path) -> set[Failure]:
    """What of these templates breaks a rule, in one run; `directory` is an empty one to put them into."""
    files = {f"{name.replace('/', '--')}.json": name for name in templates}
    for file, name in files.items():
        (directory / file).write_text(json.dumps(templates[name], indent=1))
    checks = ["--framework", "cloudformation", "--skip-download", "--compact", "--quiet", "--output", "json"]
    told = json.loads(_run([str(program()), "--directory", str(directory), *checks, "--soft-fail"], RUN))
    if told.get("summary", told)["parsing_errors"]:
        raise AssertionError(f"checkov can't read {told['results']['parsing_errors']}")
    return {
        (files[Path(each["file_path"]).name], each["resource"].rpartition(".")[2], each["check_id"])
        for each in told.get("results", {}).get("failed_checks", [])
    }


def _run(command: list[str], seconds: int) -> str:
    # Its own settings of where packages come from are the machine's affair; Python's are not.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, check=False, env={**environment, "LOG_LEVEL": "ERROR"}
    )
    if done.returncode:
        raise AssertionError(f"{' '.join(command[:3])}…: {done.stderr[-2000:]}")
    return done.stdout

"""A server killed with SIGKILL before or after each write of an execution, and the server that comes after it.

Both before and after each write is tried in memory (tests/unit/pipeline/test_executor_resume.py).
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support import pipeline_process
from support.pipeline_process import STAGES

ENVIRON = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
WRITES = 6
"""An execution of three stages: it enters each, and each ends together with all that follows from it."""


def start(home: Path, when: str = "never", number: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-m", pipeline_process.__name__, str(home), when, str(number)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRON)


def run_until_killed(home: Path, when: str, number: int) -> list[str]:
    process = start(home, when, number)
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if lines[-1] == "hangs":
            process.send_signal(signal.SIGKILL)
            break
    process.wait(10)
    process.stdout.close()
    return lines


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, WRITES + 1))
def test_an_execution_survives_sigkill_at_any_write(tmp_path: Path, when: str, number: int) -> None:
    before = run_until_killed(tmp_path, when, number)
    assert before[-1] == "hangs", "the point was reached"

    after = start(tmp_path)
    lines = (after.communicate(timeout=60)[0]).splitlines()

    assert after.returncode == 0
    outputs = {stage: f"result of {stage}" for stage in STAGES}
    assert lines[-1] == f"SUCCEEDED {outputs}"
    ran = [line for line in (*before, *lines) if line.startswith("ran")]
    assert ran == [f"ran {stage}" for stage in STAGES], "each step is done once"


def test_a_second_kill_changes_nothing(tmp_path: Path) -> None:
    run_until_killed(tmp_path, "after", 3)
    run_until_killed(tmp_path, "after", 2)

    lines = start(tmp_path).communicate(timeout=60)[0].splitlines()

    assert lines[-1].startswith("SUCCEEDED")

"""A process killed with SIGKILL at each point of a durable body, and the process that comes after it.

The step in the middle has steps before it and after it, which is all that a place can differ by: `make exhaustive` has
the first and the last.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import pipeline_durable_process
from support.pipeline_durable_process import STEPS

ENVIRON = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONWARNINGS": "error"}
PLACES = [
    pytest.param(f"{where} {step}", marks=() if step == "two" else pytest.mark.exhaustive)
    for step in STEPS
    for where in ("within", "after")
]


def start(url: str, hang: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-m", pipeline_durable_process.__name__, url, hang]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRON)


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    for line in process.stdout:
        yield line.rstrip("\n")


@pytest.mark.parametrize("place", PLACES)
def test_killed_at_any_point_it_is_resumed_there(tmp_path: Path, place: str) -> None:
    url = f"sqlite:///{tmp_path}/durable.db"
    first = start(url, place)
    seen = []
    for line in lines(first):
        seen.append(line)
        if line.startswith("hangs"):
            first.send_signal(signal.SIGKILL)
            break
    first.wait(10)
    assert first.stdout is not None
    first.stdout.close()

    second = start(url, "nowhere")
    resumed = list(lines(second))
    assert second.wait(40) == 0
    second.stdout.close()  # type: ignore[union-attr]

    where, step = place.split()
    done = STEPS.index(step) + (1 if where == "after" else 0)
    assert seen[-1] == f"hangs {place}"
    assert resumed[0] == "resumed 1"
    assert [line for line in resumed if line.startswith("did")] == [f"did {name}" for name in STEPS[done:]]
    assert [line for line in resumed if line.startswith("result")] == [f"result of {name}" for name in STEPS]
    assert resumed[-1] == "end"

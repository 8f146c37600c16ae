"""A server killed with SIGKILL at every write and order of a run, and the server that comes after it."""

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fairway.ports import runs
from support import jobs_kills

pytestmark = pytest.mark.exhaustive

ENVIRON = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
READS = {"get", "list", "unfinished"}
UNREACHED = {"times.remove"}
"""A schedule that goes with its release; tests/unit/jobs/test_timekeeper.py has it. It is no step of a run."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What came of every case. It is a process of its own, because it forks."""
    root: Path = tmp_path_factory.mktemp("jobs")
    command = [sys.executable, "-W", "error", "-m", jobs_kills.__name__, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRON)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_whatever_point_it_dies_at_each_time_is_run_once_and_its_end_is_recorded(told: Any) -> None:
    bad = [f"{case['chapter']}: {case['when']} {case['name']}: {case['problem']}" for case in told["cases"]]
    bad = [text for text, case in zip(bad, told["cases"], strict=True) if case["problem"]]

    assert len(told["cases"]) >= 50
    assert not bad, f"{len(bad)} of {len(told['cases'])} deaths were not borne:\n" + "\n\n".join(bad)


def test_the_story_comes_to_every_write_of_the_stores_and_every_order(told: Any) -> None:
    wanted = {
        f"{name}.{method}"
        for name, protocol in (("runs", runs.Runs), ("times", runs.Timetable))
        for method, _ in inspect.getmembers(protocol, inspect.isfunction)
        if not method.startswith("_") and method not in READS
    }
    wanted |= {f"engine.{order}" for order in jobs_kills.ORDERS}

    assert wanted - set(told["reached"]) == UNREACHED

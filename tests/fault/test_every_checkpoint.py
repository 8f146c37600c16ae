"""A server killed with SIGKILL at every checkpoint of what executions go through, and the server that comes after it.

A checkpoint is a write of a store or a durable step; they are found by telling the story (tests/support/fault_story.py)
once without a death, and each that it comes to has its cases: before, after, and of a step in between.

`make exhaustive` has all of them, before and after each. `make test` has the deaths after and within each durable step,
and after every eighth write: a server that comes back reads the store whole and goes on from what it finds, whichever
write was the last, so what it does wrong after one it mostly does wrong after its neighbours. And what lies on the disk
after one write is what lies there before the next, but for what the durable executor has noted meanwhile.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support import fault_driver
from support.fault_watch import writes

ENVIRON = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


PLACES = [
    pytest.param(("8", "after", "between"), id="some"),
    pytest.param(("1", "after", "between"), id="after", marks=pytest.mark.exhaustive),
    pytest.param(("1", "before"), id="before", marks=pytest.mark.exhaustive),
]


@pytest.fixture(scope="module", params=PLACES)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What came of every case. It is a process of its own, because it forks."""
    root: Path = tmp_path_factory.mktemp("story")
    command = [sys.executable, "-W", "error", "-m", fault_driver.__name__, str(root), *request.param]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRON)
    assert done.returncode == 0, done.stderr
    return {"share": int(request.param[0]), **json.loads(done.stdout)}


def test_whatever_point_it_dies_at_the_next_server_ends_it_as_if_nothing_had_happened(told: Any) -> None:
    bad = [f"{case['when']} {case['name']}: {case['problem']}" for case in told["cases"] if case["problem"]]

    killed = {case["name"] for case in told["cases"]}
    assert killed >= {name for name in told["reached"] if name.startswith("step ")}
    assert told["share"] * len(killed) >= len(told["reached"])
    assert not bad, f"{len(bad)} of {len(told['cases'])} deaths were not borne:\n" + "\n\n".join(bad)


def test_the_story_comes_to_every_write_that_a_store_offers(told: Any) -> None:
    reached = {name.split()[0] for name in told["reached"]}

    missed = writes() - reached

    assert not missed, "each of these needs a chapter in tests/support/fault_story.py, or has no use"


def test_the_story_comes_to_every_durable_step(told: Any) -> None:
    steps = {name for name in told["reached"] if name.startswith("step ")}

    assert steps == {"step lay out", "step build", "step push"}

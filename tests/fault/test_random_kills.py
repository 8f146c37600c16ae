"""Servers killed at random under mixed loads of executions. `FAIRWAY_TEST_KILLS` says how many (3 if not set), and
`FAIRWAY_TEST_SEED` makes the same ones again.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from support import fault_random

pytestmark = pytest.mark.exhaustive

KILLS = int(os.environ.get("FAIRWAY_TEST_KILLS", "3"))
SEED = int(os.environ.get("FAIRWAY_TEST_SEED", str(random.randrange(1_000_000))))


def test_no_death_loses_an_execution_does_it_twice_or_leaves_anything_over(tmp_path: Path) -> None:
    command = [sys.executable, "-m", fault_random.__name__, str(tmp_path), str(SEED), str(KILLS)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    done = subprocess.run(command, capture_output=True, text=True, env=environ)

    assert done.returncode == 0, f"seed {SEED}: {done.stderr}"
    told = json.loads(done.stdout)
    assert not told["wrong"], f"FAIRWAY_TEST_SEED={SEED} FAIRWAY_TEST_KILLS={KILLS}:\n" + "\n".join(told["wrong"])
    assert told["figures"]["kills"] == KILLS

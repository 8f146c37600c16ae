"""A scaler killed with SIGKILL in the middle of its writes: no count without its cause, no cause without its count."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fairway.adapters.store.store import Store, open_store
from fairway.domain.scaling_activity import Status
from support import scaling_process
from support.pipeline_values import APP, PRODUCTION, make_desired

pytestmark = pytest.mark.exhaustive

KILLS = 8
ENVIRON = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def kill_in_the_middle(url: str, seconds: float) -> int:
    """How many changes it had reported when it was killed."""
    command = [sys.executable, "-m", scaling_process.__name__, url]
    with subprocess.Popen(command, env=ENVIRON, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n", "it did not begin"
        time.sleep(seconds)  # the moment of the death is any; nothing is waited for
        process.kill()
        return 1 + len(process.stdout.readlines())


async def count_and_causes(store: Store) -> tuple[int, list[tuple[int, int]]]:
    desired = await store.desired.get(APP, PRODUCTION)
    assert desired is not None
    told = await store.activities.list(APP, limit=1000)
    return desired.services[0].replicas, [(each.before, each.after) for each in reversed(told)]


async def test_a_count_and_its_cause_live_and_die_together(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/fairway.db"
    async with open_store(url) as store:
        await store.apps.create(APP, at=1.0)
        await store.desired.put(make_desired())

    reported = sum(kill_in_the_middle(url, random.uniform(0, 0.1)) for _ in range(KILLS))

    async with open_store(url) as store:
        count, causes = await count_and_causes(store)
        under_way = await store.activities.unfinished()
    assert causes == [(before, before + 1) for before in range(2, count)]
    assert count - 2 >= reported, "what was reported was kept"
    assert [each.after for each in under_way] == [count], "each change has ended the one before it"
    assert all(each.status is Status.IN_PROGRESS for each in under_way)

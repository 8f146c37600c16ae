"""The rotation of the key is killed at any point: whatever comes next opens every value, with one key.

Which point a delay comes to is the machine's affair. `make test` has one that is in the transaction, most times, and
`make exhaustive` those around it.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fairway import settings
from fairway.adapters.store.store import open_store
from fairway.adapters.system.clock import SystemClock
from fairway.bootstrap import keys
from fairway.domain.ids import AppName, EnvironmentName
from fairway.environment import key, rotation
from fairway.environment.variables import Variables
from support.sampled import sampled
from support.world import until

SHOP, PRODUCTION = AppName("shop"), EnvironmentName("production")
VERSIONS = 60
VALUE = "x" * 20_000


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FAIRWAY_HOME", str(tmp_path))
    return tmp_path


async def fill(secret: bytes) -> None:
    async with open_store(settings.read().store_url) as store:
        await store.apps.create(SHOP, at=1.0)
        variables = Variables(store.configurations, secret, SystemClock())
        for number in range(VERSIONS):
            await variables.change(SHOP, PRODUCTION, set={f"A{number % 20}": f"{number} {VALUE}"})


async def read_all() -> list[str]:
    """A value of each version, as a server that starts now reads them."""
    configured = settings.read()
    async with open_store(configured.store_url) as store:
        variables = Variables(store.configurations, await keys.open_key(configured, store), SystemClock())
        return [
            (await variables.values(SHOP, PRODUCTION, version))[f"A{(version - 1) % 20}"].split()[0]
            for version in range(1, VERSIONS + 1)
        ]


@pytest.mark.parametrize("delay", sampled((0.0, 0.01, 0.05, 0.1, 0.3), (2,)))
def test_every_value_opens_after_a_death_in_the_middle(home: Path, delay: float) -> None:
    path = home / "secret.key"
    before = key.load(path)
    asyncio.run(fill(before))
    command = [sys.executable, "-m", "fairway", "server", "rotate-key", "--json"]

    with subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL) as process:
        # It begins with the new key's file; by then some deaths come before the transaction, some in it, some after.
        until(lambda: rotation.pending(path).exists() or key.load(path) != before, what="the rotation's beginning")
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)

    assert asyncio.run(read_all()) == [str(number) for number in range(VERSIONS)]
    assert key.load(path) != before
    assert not rotation.pending(path).exists()
    assert [file.name for file in home.glob("secret.key*")] == ["secret.key"]

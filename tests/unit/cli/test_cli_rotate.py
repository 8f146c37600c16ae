"""`fairway server rotate-key`, over a real store in a home of its own, with no server running."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairway import settings
from fairway.adapters.store.store import open_store
from fairway.adapters.system.clock import SystemClock
from fairway.bootstrap import keys
from fairway.cli import tree
from fairway.domain.ids import AppName, EnvironmentName
from fairway.environment import key
from fairway.environment.variables import Variables
from fairway.environment.vaultkey import VaultKey
from fairway.server import lock

SHOP, PRODUCTION = AppName("shop"), EnvironmentName("production")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FAIRWAY_HOME", str(tmp_path))
    return tmp_path


async def keep(secret: bytes, *, backups: bool = False) -> None:
    async with open_store(settings.read().store_url) as store:
        await store.apps.create(SHOP, at=1.0)
        await Variables(store.configurations, secret, SystemClock()).change(SHOP, PRODUCTION, set={"A": "s3cret"})
        if backups:
            await VaultKey(store.sealed_keys, secret).get()


async def read() -> dict[str, str]:
    configured = settings.read()
    async with open_store(configured.store_url) as store:
        secret = await keys.open_key(configured, store)
        return dict(await Variables(store.configurations, secret, SystemClock()).values(SHOP, PRODUCTION, 1))


def test_the_key_is_replaced_and_the_values_stay(home: Path) -> None:
    old = key.load(home / "secret.key")
    asyncio.run(keep(old))

    done = CliRunner().invoke(tree.load("server"), ["rotate-key", "--json"])

    assert (done.exit_code, json.loads(done.stdout)) == (0, {"values": 1, "dropped": []})
    assert key.load(home / "secret.key") != old
    assert asyncio.run(read()) == {"A": "s3cret"}


def test_a_key_that_is_lost_can_be_given_up(home: Path) -> None:
    asyncio.run(keep(b"x" * 32, backups=True))

    refused = CliRunner().invoke(tree.load("server"), ["rotate-key"])
    given_up = CliRunner().invoke(tree.load("server"), ["rotate-key", "--drop-lost", "--yes"])

    assert refused.exception is not None and "can't be decrypted" in str(refused.exception)
    assert (given_up.exit_code, "shop production A" in given_up.stderr) == (0, True)
    assert "Lost    the key of the backups; none of them can be opened any more" in given_up.stderr
    assert asyncio.run(read()) == {}


def test_a_server_that_somebody_else_runs_is_left_alone(home: Path) -> None:
    old = key.load(home / "secret.key")

    with lock.hold(settings.read().run):
        done = CliRunner().invoke(tree.load("server"), ["rotate-key"])

    assert done.exception is not None and "a server already runs" in str(done.exception)
    assert key.load(home / "secret.key") == old

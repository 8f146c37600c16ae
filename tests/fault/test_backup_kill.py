"""A server is killed (SIGKILL) in the middle of a backup: the next one has nothing of it, and makes a whole one.

The next server looks for a record without an end and for files without a record, and does not know which step it was:
`make test` dies in the first step, which leaves a dump that is open to read, and in the last, which has left all that
there is to leave; `make exhaustive` in those between them.
"""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fairway.adapters.store.store import open_store
from fairway.domain.backup import Backup, Occasion, Verdict
from support import backups_process
from support.backups_process import PRODUCTION, SHOP
from support.sampled import sampled

TESTS = Path(__file__).parents[1]


async def make_home(home: Path) -> None:
    async with open_store(f"sqlite:///{home / 'fairway.db'}") as store:
        await store.apps.create(SHOP, at=1.0)


async def clear_up(home: Path) -> list[Backup]:
    """What the next server does when it starts."""
    async with backups_process.opened(home) as (store, room):
        await room.keeping.clear_up()
        return list(await store.backups.list(SHOP))


async def back_up(home: Path) -> Backup:
    async with backups_process.opened(home) as (_, room):
        made = await room.backing.back_up(SHOP, PRODUCTION, occasion=Occasion.REQUEST, by="ada")
        await room.verifying.verify(SHOP, made.number, report=backups_process.tell)
        return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("step", sampled(("dumping", "sealing", "opening", "restoring"), (0, -1)))
def test_nothing_is_left_and_nothing_counts(tmp_path: Path, step: str) -> None:
    asyncio.run(make_home(tmp_path))
    command = [sys.executable, "-m", "support.backups_process", str(tmp_path)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent / "src")])}
    seen = ""
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            seen = line.split()[0]
            if seen == step:
                process.send_signal(signal.SIGKILL)
                break

    left = names(tmp_path / "backups") + names(tmp_path / "dumps")
    found = asyncio.run(clear_up(tmp_path))
    cleared = names(tmp_path / "backups") + names(tmp_path / "dumps")
    made = asyncio.run(back_up(tmp_path))

    assert (seen, process.returncode) == (step, -signal.SIGKILL)
    assert left, "it was killed too late or too early: nothing of it was there"
    assert [(each.verdict, each.cause) for each in found] == [(Verdict.FAILED, "the server ended while it was made")]
    assert cleared == []
    assert (made.number, made.verdict) == (2, Verdict.VERIFIED)
    assert names(tmp_path / "backups") == ["shop.2.backup"]

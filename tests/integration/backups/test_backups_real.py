"""Backups of real databases: proven, drilled, restored; what is changed in a file is found."""

from pathlib import Path

import pytest

from fairway.domain.backup import Backup, Occasion, Verdict
from fairway.migrate.backups.backing import Order
from fairway.ports.databases import Progress
from fairway.ports.guarding import Damaged
from support.pipeline_values import APP, PRODUCTION


def ignore(progress: Progress) -> None:
    """Nobody looks."""


async def back_up(real) -> Backup:
    return await real.whole.backing.back_up(APP, PRODUCTION, occasion=Occasion.REQUEST, by="ada")


async def test_a_backup_is_proven_drilled_and_restored(real):
    told: list[Progress] = []
    backup = await real.whole.backing.back_up(APP, PRODUCTION, occasion=Occasion.REQUEST, by="ada", report=told.append)
    drill = await real.whole.verifying.drill(APP, backup.number, report=ignore)
    await real.engine.insert(real.engine.address, "orders", 2001, 2005)
    await real.engine.change(real.engine.address, "orders", 1, "changed")

    loss = await real.whole.restoring.weigh(APP, backup.number, PRODUCTION)
    restored = await real.whole.restoring.restore(APP, backup.number, PRODUCTION, by="ada", report=ignore)
    after = await real.whole.restoring.weigh(APP, backup.number, PRODUCTION)

    assert (backup.verdict, backup.fingerprint.rows, backup.standing.tables) == (Verdict.VERIFIED, 2000, ())
    assert (drill.differences, drill.seconds > 0) == ((), True)
    assert len(loss.writes) == 1 and real.engine.full("orders") in loss.writes[0]
    assert restored.before.fingerprint.rows == 2005
    assert (await real.engine.count(real.engine.address, "orders"), after.writes) == (2000, ())
    assert real.vault == ["shop-api.1.backup", "shop-api.2.backup"]
    assert real.left == []
    assert {"sealing", "opening"} <= {each.doing for each in told}
    assert all(each.done >= 0 for each in told)


async def test_the_copy_stands_for_the_rehearsal_and_another_is_as_untouched(real):
    target = await real.whole.targets.find(APP, PRODUCTION)
    order = Order(target=target, occasion=Occasion.MIGRATION, by="")

    async with real.whole.backing.backed_up(order) as made:
        await real.engine.drop(made.scratch.address, "orders")
        async with made.again() as second:
            rows = await real.engine.count(second.address, "orders")

    assert rows == 2000
    assert await real.engine.count(real.engine.address, "orders") == 2000
    assert real.left == []


async def test_every_backup_whose_file_was_changed_is_found_before_anything_is_restored(real):
    await back_up(real)
    file: Path = real.home / "vault" / "shop-api.1.backup"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :])
    await real.engine.insert(real.engine.address, "orders", 2001, 2005)

    with pytest.raises(Damaged):
        await real.whole.restoring.restore(APP, 1, PRODUCTION, by="ada", report=ignore)

    assert await real.engine.count(real.engine.address, "orders") == 2005
    assert (await real.store.backups.get(APP, 1)).verdict is Verdict.FAILED
    assert (real.vault, real.left) == ([], [])


async def test_nothing_in_a_file_can_be_read(real):
    await back_up(real)

    sealed = (real.home / "vault" / "shop-api.1.backup").read_bytes()

    assert b"orders" not in sealed
    assert b"A1999" not in sealed

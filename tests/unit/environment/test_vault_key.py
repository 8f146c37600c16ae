"""The key that backups are sealed with outlives the server's own."""

import asyncio
from pathlib import Path

import pytest

from fairway.adapters.memory.stores import make_store
from fairway.adapters.vault.vault import FileVault
from fairway.environment import key, rotation
from fairway.environment.rotation import pending
from fairway.environment.vaultkey import VaultKey
from fairway.errors import Conflict


async def test_it_is_made_once_and_is_the_same_for_every_server() -> None:
    store = make_store()
    first, second = VaultKey(store.sealed_keys, b"k" * 32), VaultKey(store.sealed_keys, b"k" * 32)

    found = await asyncio.gather(first.get(), second.get(), first.get())

    assert len(set(found)) == 1
    assert len(found[0]) == 32


async def test_it_stays_the_same_when_the_servers_key_is_replaced(tmp_path: Path) -> None:
    store, path = make_store(), tmp_path / "secret.key"
    before = await VaultKey(store.sealed_keys, key.load(path)).get()
    sealed = await store.sealed_keys.get("vault")

    await rotation.rotate(path, store.sealed)

    assert await VaultKey(store.sealed_keys, key.load(path)).get() == before
    assert await store.sealed_keys.get("vault") != sealed
    assert not pending(path).exists()


async def test_another_servers_key_does_not_open_it() -> None:
    store = make_store()
    await VaultKey(store.sealed_keys, b"k" * 32).get()

    with pytest.raises(Conflict, match="key of the backups"):
        await VaultKey(store.sealed_keys, b"o" * 32).get()


async def test_one_that_was_given_up_with_its_lost_key_is_made_anew(tmp_path: Path) -> None:
    store, path = make_store(), tmp_path / "secret.key"
    before = await VaultKey(store.sealed_keys, b"lost" * 8).get()

    await rotation.rotate(path, store.sealed, drop_lost=True)

    assert await VaultKey(store.sealed_keys, key.load(path)).get() != before


async def test_a_backup_opens_after_the_servers_key_was_replaced_and_its_file_is_the_same(tmp_path: Path) -> None:
    store, path = make_store(), tmp_path / "secret.key"
    for name in ("dump", "into"):
        (tmp_path / name).mkdir()
    (tmp_path / "dump" / "toc.dat").write_bytes(b"rows")
    vault = FileVault(tmp_path / "vault", VaultKey(store.sealed_keys, key.load(path)).get)
    sealed = await vault.seal(tmp_path / "dump", "shop.1.backup", report=lambda progress: None)
    before = (tmp_path / "vault" / sealed.file).read_bytes()

    await rotation.rotate(path, store.sealed)

    vault = FileVault(tmp_path / "vault", VaultKey(store.sealed_keys, key.load(path)).get)
    await vault.open(sealed, tmp_path / "into", report=lambda progress: None)
    assert (tmp_path / "into" / "toc.dat").read_bytes() == b"rows"
    assert (tmp_path / "vault" / sealed.file).read_bytes() == before


async def test_a_rotation_with_the_wrong_key_names_what_does_not_open(tmp_path: Path) -> None:
    store = make_store()
    await VaultKey(store.sealed_keys, b"lost" * 8).get()

    with pytest.raises(Conflict, match="the server's key 'vault' can't be decrypted"):
        await rotation.rotate(tmp_path / "secret.key", store.sealed)

"""The account's key: made once, whoever asks first."""

import asyncio

from fairway.adapters.memory.stores import make_store
from fairway.certificates.accountkey import account_key
from support.certificate_stores import open_, seal


async def test_every_server_of_a_store_has_the_same_key() -> None:
    store = make_store()
    beside = make_store(beside=store)

    found = await asyncio.gather(*(account_key(each.sealed_keys, seal, open_)() for each in (store, beside)))

    assert found[0] == found[1] == await account_key(store.sealed_keys, seal, open_)()
    assert found[0].startswith("-----BEGIN PRIVATE KEY-----")


async def test_it_is_kept_under_seal() -> None:
    store = make_store()

    key = await account_key(store.sealed_keys, seal, open_)()

    assert await store.sealed_keys.get("acme") == f"acme|{key[::-1]}".encode()

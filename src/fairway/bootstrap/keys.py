"""The key of this home's secrets: opened when a server starts, replaced while none runs."""

import time
from pathlib import Path

from fairway.adapters.store.store import Store, open_store
from fairway.domain.events import Event
from fairway.environment import key, rotation
from fairway.environment.rotation import Rotated
from fairway.errors import Conflict
from fairway.settings import Settings


def file_of(settings: Settings) -> Path:
    """Where the key lies."""
    return settings.home / "secret.key"


async def open_key(settings: Settings, store: Store) -> bytes:
    """The key that opens what the store has. Raises UsageError when that is not there. Of servers that share a store
    each is told by its lease when its key is another one."""
    if settings.shared:
        return key.load(file_of(settings))
    return await rotation.open_key(file_of(settings), store.sealed)


async def rotate(settings: Settings, *, drop_lost: bool) -> Rotated:
    """Give everything a new key; the server of this home must not run meanwhile. Raises Conflict when another server
    that shares the store does, or when a value can't be decrypted."""
    async with open_store(settings.store_url) as store:
        now = time.time()
        others = [lease for lease in await store.leases.list() if not lease.lost and not lease.expired(now)]
        if settings.shared and others:
            raise Conflict(
                "servers that share the store are running: " + ", ".join(lease.member.name for lease in others),
                why="they would go on with the old key",
                hint="fairway server stop on each; then rotate on one, and copy its secret.key to the others",
            )
        rotated = await rotation.rotate(file_of(settings), store.sealed, drop_lost=drop_lost)
        text = f"the key of the secrets was replaced; {rotated.count} values have the new one"
        await store.events.append([Event(at=now, kind="key.rotated", text=text)])
        return rotated

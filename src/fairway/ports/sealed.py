"""Every value in the store that lies under seal, whatever it belongs to: for a new key, or a look at the old one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

TOKEN, DEPLOY_KEY, WEBHOOK = "token", "deploy key", "webhook"
"""Under which names the secrets of a source are sealed; its environment is "", which no environment is called."""
DATABASE = "database/"
"""What the name begins with under which a managed database's password is sealed: `database/main`."""
CERTIFICATE = "certificate/"
"""What the name begins with under which a host's certificate is sealed: `certificate/shop.example.org`."""
HANDED = "handed/"
"""What the names begin with of the outputs in which an action's values are kept: `handed/STAGE/ACTION`. A value is
sealed for the environment STAGE under `ACTION.NAME`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a value is sealed for."""

    app: str
    environment: str
    name: str


def place_of_key(name: str) -> Place:
    """That of a key of the server's own; no app has an empty name."""
    return Place(app="", environment="", name=name)


def place_of_certificate(host: str) -> Place:
    """That of a host name's certificate with its key; it belongs to no app."""
    return place_of_key(f"{CERTIFICATE}{host}")


SealFor = Callable[[Place, str], bytes]
"""Seals a text for its place."""
OpenFor = Callable[[Place, bytes], str]
"""Opens what was sealed for a place. Raises Conflict when that was done with another key."""
Again = Callable[[Place, bytes], bytes | None]
"""Gives a sealed value as it shall be kept from now on; None: not at all."""


class SealedKeys(Protocol):
    """Keys of the server's own, sealed with its key: what they open can then stay as it is when that is replaced."""

    async def get(self, name: str) -> bytes | None:
        """The sealed key of that name, None when there is none."""
        ...

    async def add(self, name: str, sealed: bytes) -> bytes:
        """Keep it unless there is one of that name; the one that is kept. Of two servers that add at the same time both
        get the same one."""
        ...


class SealedValues(Protocol):
    async def change(self, again: Again) -> int:
        """Put every sealed value through `again`, in one transaction; how many there were. What it raises leaves all of
        them as they were."""
        ...

    async def newest(self, limit: int) -> Sequence[tuple[Place, bytes]]:
        """Some sealed values, at most so many, those of the newest versions first; none when nothing is sealed."""
        ...

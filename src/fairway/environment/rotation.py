"""A new key for everything that lies under seal, and whether the key that is there is the right one.

Rotation, while no server runs:

    1  the new key is written beside the old one, secret.key.new
    2  every value is sealed again, in one transaction
    3  the new key takes the old one's name, and the old one is gone

Killed before 2 is done, all values open with the old key; after it, with the new one. Which of the two it was nobody
has to know: whoever comes next and finds secret.key.new (a server that starts, or the command again) goes on at 2, and
what has the new seal already is left as it is.
"""

from dataclasses import dataclass
from pathlib import Path

from fairway.environment import key, seal
from fairway.errors import Conflict, UsageError
from fairway.ports.sealed import Place, SealedValues

LOOKED_AT = 20
"""How many values are tried to tell whether a key is theirs: one may be damaged, not all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """How many values have the new seal, and those that were dropped since no key opened them."""

    count: int
    dropped: tuple[Place, ...] = ()


def pending(path: Path) -> Path:
    """Where the new key lies while it is not yet the key."""
    return path.with_name(f"{path.name}.new")


async def open_key(path: Path, values: SealedValues) -> bytes:
    """The key in the file, made if there is neither one nor anything that was sealed with it. A rotation that was
    killed is finished first. Raises UsageError when the key is missing, is no key, or is not the one that was sealed
    with."""
    if is_there(pending(path)):
        await finish(path, values)
    some = await values.newest(LOOKED_AT)
    if some and not is_there(path):
        raise UsageError(
            f"{path} is missing",
            why="the variables and credentials of this server are encrypted with the key in it",
            hint="put it back from a copy; or give them up: fairway server rotate-key --drop-lost",
        )
    secret = key.load(path)
    if some and not any(opens(secret, place, sealed) for place, sealed in some):
        raise UsageError(
            f"{path} is the wrong key",
            why="nothing of what this server has encrypted can be decrypted with it",
            hint="put the right one back from a copy; or give the values up: fairway server rotate-key --drop-lost",
        )
    return secret


async def rotate(path: Path, values: SealedValues, *, drop_lost: bool = False) -> Rotated:
    """Seal everything with a new key, and be rid of the old one. What the old key does not open is dropped with
    `drop_lost`; without, it raises Conflict, and nothing is changed."""
    if is_there(pending(path)):
        return await finish(path, values)
    old = key.load(path)
    key.create(pending(path))
    try:
        return await finish(path, values, old=old, strict=not drop_lost, drop=drop_lost)
    except Conflict:
        abandon(path)
        raise


async def finish(
    path: Path, values: SealedValues, *, old: bytes | None = None, strict: bool = False, drop: bool = False
) -> Rotated:
    """Steps 2 and 3. What neither key opens is left as it is, `drop`ped, or, when it is `strict`, raises Conflict."""
    before = key.load(path) if old is None else old
    after = key.load(pending(path))
    dropped: list[Place] = []

    def again(place: Place, sealed: bytes) -> bytes | None:
        if opens(after, place, sealed):
            return sealed
        if not strict and not opens(before, place, sealed):
            dropped.append(place)
            return None if drop else sealed
        return seal.renew(before, after, sealed, app=place.app, environment=place.environment, name=place.name)

    count = await values.change(again)
    take_place(path)
    return Rotated(count=count - len(dropped), dropped=tuple(dropped) if drop else ())


def opens(secret: bytes, place: Place, sealed: bytes) -> bool:
    """Whether the key opens the value at its place."""
    try:
        seal.open_sealed(secret, sealed, app=place.app, environment=place.environment, name=place.name)
    except Conflict:
        return False
    return True


def is_there(path: Path) -> bool:
    """Whether the file exists."""
    return path.exists()


def take_place(path: Path) -> None:
    """Give the new key the name of the old one, which is gone with that."""
    pending(path).replace(path)
    key.sync_directory(path.parent)


def abandon(path: Path) -> None:
    """Take the new key away, with which nothing was sealed."""
    pending(path).unlink()
    key.sync_directory(path.parent)

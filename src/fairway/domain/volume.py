"""A directory that outlives the containers that it is mounted into: where a SQLite database lies.

A volume belongs to one environment and is for one file, the database; beside it lie only what SQLite puts there itself
(`-wal`, `-shm`, `-journal`). It is made once, when its database is, and never by a task that starts: where a volume is
not to be found, an empty database in the place of a full one would be the worst that can happen. Neither a deployment
nor `fairway down` removes one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from fairway.domain.address import Address, Engine
from fairway.domain.managed import Managed
from fairway.errors import UsageError

ROOT = "/fairway/databases"
"""Where the volumes are in a container, whatever its image."""
SCHEME = "sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """`name` is unique in its environment, `at` the path of the directory in the containers, and `file` the name of the
    database's file in it."""

    name: str
    at: str
    file: str

    @property
    def path(self) -> str:
        """The file's path in the containers."""
        return f"{self.at}/{self.file}"

    @property
    def address(self) -> Address:
        """What the environment's containers know the database by."""
        return Address(engine=Engine.SQLITE, scheme=SCHEME, name=self.path)


def of(databases: Iterable[Managed]) -> tuple[Volume, ...]:
    """The volumes of those databases that need one: SQLite's, which have no server that could keep the file."""
    return tuple(make(each.name) for each in databases if each.engine is Engine.SQLITE)


def make(name: str) -> Volume:
    """The volume of the SQLite database of that name: `main` is `/fairway/databases/main/main.db`."""
    return Volume(name=name, at=f"{ROOT}/{name}", file=f"{name}.db")


def require(address: Address, volumes: Iterable[Volume]) -> Volume:
    """The volume whose file the address names. Nothing else in a volume is a database: what an app puts there besides
    is its own affair, and so may a link be. Raises UsageError for a file that is in none."""
    known = list(volumes)
    for volume in known:
        if volume.path == address.name:
            return volume
    here = ", ".join(each.path for each in known) or "none"
    raise UsageError(
        f"{address.shown} is in no volume of the environment",
        why=f"a file elsewhere in a container goes with it, and can't be copied from outside; files in volumes: {here}",
        hint='let Fairway keep it: [databases.main] engine = "sqlite" in fairway.toml, and use the URL of its variable',
    )


def folder(root: PurePath, app: str, environment: str, name: str) -> PurePath:
    """Where a volume lies below `root`. Raises ValueError for a name that is a path: it would lead somewhere else."""
    for part in (app, environment, name):
        if part in ("", ".", "..") or "/" in part or "\0" in part:
            raise ValueError(f"{part!r} is no name of a directory")
    return root / app / environment / name

"""What the room of managed databases needs: their records, and the containers that they run in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fairway.domain.backup import Backup, Occasion
from fairway.domain.database import Database, DatabaseKey, Seen
from fairway.domain.ids import AppName, EnvironmentName
from fairway.ports.shell import Session


class Records(Protocol):
    """The records of managed databases."""

    async def create(self, database: Database) -> Database:
        """Keep it, or return the one of that name that there is. Raises NotFound for an unknown app."""
        ...

    async def get(self, key: DatabaseKey) -> Database:
        """Raises NotFound."""
        ...

    async def list(self, app: AppName | None = None, environment: EnvironmentName | None = None) -> Sequence[Database]:
        """Those of the app (None: of every one) and of the environment, by their names."""
        ...

    async def change(self, before: Database, after: Database) -> bool:
        """Keep `after` in place of `before`, with a version one higher; False when it is not `before` any more."""
        ...

    async def delete(self, key: DatabaseKey) -> None:
        """Forget it. One that is not there is no error."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSpec:
    """What a database's container is made from. `id` is the record's, `host` what it is called on the network of its
    environment, `user` and `database` what is made in it at its first start."""

    key: DatabaseKey
    id: str
    image: str
    host: str
    user: str
    database: str
    cpu: float
    memory: int


class DatabaseServers(Protocol):
    """The containers and volumes of the databases of this Fairway server, and of no other one. All are known by the
    record's id. Each call may be repeated after one that was cut off. All raise Unavailable when the engine does not
    answer."""

    async def look(self) -> Mapping[str, Seen]:
        """Every container there is, by id."""
        ...

    async def volumes(self) -> frozenset[str]:
        """The ids of all volumes there are."""
        ...

    async def start(self, spec: ServerSpec, password: str, *, fresh: bool) -> None:
        """See that there is a container on the volume, and start it. A volume is made only for a `fresh` one, which
        has never been in use. Raises WorkFailed that says why it can't be."""
        ...

    async def limit(self, spec: ServerSpec) -> None:
        """Give the container that runs the limits of `spec`. Raises WorkFailed."""
        ...

    async def remove(self, id: str) -> None:
        """Stop the container in peace and delete it; its volume stays. One that is not there is no error."""
        ...

    async def discard(self, key: DatabaseKey, id: str) -> None:
        """Delete the volume with all that is in it, and what the engine keeps for its environment if nothing else needs
        that. One that is not there is no error."""
        ...

    async def printed(self, id: str, *, lines: int = 20) -> Sequence[str]:
        """The last lines of its log, none of one that is not there."""
        ...

    async def run(self, id: str, command: Sequence[str], *, tty: bool = False) -> Session:
        """Run a command in its container. Raises NotFound when it does not run."""
        ...


class TakeBackup(Protocol):
    """What makes the scheduled backups."""

    async def back_up(
        self, app: AppName, environment: EnvironmentName, variable: str, *, occasion: Occasion, by: str
    ) -> Backup:
        """A verified backup of the database whose URL the variable holds. Raises what kept it from being one."""
        ...


class RunDrill(Protocol):
    """What tries backups."""

    async def drill(self, app: AppName, number: int) -> None:
        """Restore it into a scratch database, compare, and note the drill in its record. Raises WorkFailed when it did
        not hold, Unavailable."""
        ...

"""What the databases give to their environment: the variables with their URLs."""

from collections.abc import Mapping

from fairway.databases.supervisor import Open
from fairway.domain import database as databases
from fairway.domain.database import Database
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import NotFound
from fairway.ports.managed import Records


class Giving:
    """Gives them. `records` has every app's."""

    def __init__(self, records: Records, open: Open) -> None:
        self._records = records
        self._open = open

    async def names(self, app: AppName, environment: EnvironmentName) -> Mapping[str, Database]:
        """Each variable with the database that gives it."""
        return databases.giving(await self._records.list(app, environment))

    async def values(self, app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
        """Each variable with the URL. Raises Conflict when a password can't be decrypted."""
        found = await self.names(app, environment)
        return {name: databases.address_of(each, self._open(each)).url for name, each in found.items()}

    async def secrets(self, app: AppName) -> Mapping[str, str]:
        """The URLs of all of an app's databases by name and environment, those included that give none at present."""
        return {
            f"{each.environment}/{each.name}": databases.address_of(each, self._open(each)).url
            for each in await self._records.list(app)
            if each.volume is None  # a path is no secret
        }

    async def database(self, app: AppName, environment: EnvironmentName, name: str | None) -> Database:
        """The database of that name, or the only one. Raises NotFound."""
        found = [each for each in await self._records.list(app, environment) if name in (None, each.name)]
        if len(found) != 1:
            known = ", ".join(each.name for each in await self._records.list(app, environment))
            what = f"no database {name}" if name else "no database" if not found else "more than one database"
            raise NotFound(
                f"{environment} of {app} has {what} that Fairway runs",
                hint=f"it has {known}"
                if known
                else f"one that runs elsewhere: fairway run {environment} -- sh -c 'psql \"$DATABASE_URL\"'",
            )
        return found[0]

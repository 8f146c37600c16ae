"""How this server reaches a managed database: what it is called holds on its environment's network alone."""

from fairway.domain import database as databases
from fairway.domain.address import Address, Engine
from fairway.domain.database import DatabaseKey
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import NotFound, Unavailable
from fairway.ports.managed import DatabaseServers, Records
from fairway.ports.volumes import Volumes


class Reaching:
    """Finds the way."""

    def __init__(self, records: Records, servers: DatabaseServers, volumes: Volumes) -> None:
        self._records = records
        self._servers = servers
        self._volumes = volumes

    async def reach(self, app: AppName, environment: EnvironmentName, address: Address) -> Address:
        """The address as this server reaches it; that of a database elsewhere as it is. Raises Unavailable when a
        managed one does not run, or is none; UsageError for a SQLite file that lies in no volume."""
        if address.engine is Engine.SQLITE:
            found = await self._records.list(app, environment)
            volumes = [each.volume for each in found if each.volume is not None]
            return self._volumes.locate(app, environment, volumes, address)
        name = address.host.removesuffix(f".{databases.DOMAIN}")
        if name == address.host:
            return address
        try:
            record = await self._records.get(DatabaseKey(app=app, environment=environment, name=name))
        except NotFound as error:
            raise Unavailable(f"Fairway runs no database {name} for {environment}", why=error.what) from error
        seen = (await self._servers.look()).get(record.id)
        if seen is None or not seen.host:
            hint = f"fairway db show {name} -e {environment}"
            raise Unavailable(f"the database {name} of {environment} does not run", hint=hint)
        return address.moved(host=seen.host, port=address.port)

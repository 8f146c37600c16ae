"""How this server reaches a managed database: what it is called holds on its environment's network alone."""

from fairway.databases.giving import Giving
from fairway.domain import database as databases
from fairway.domain.address import Address
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import Unavailable
from fairway.ports.managed import DatabaseServers


class Reaching:
    """Finds the way."""

    def __init__(self, giving: Giving, servers: DatabaseServers) -> None:
        self._giving = giving
        self._servers = servers

    async def reach(self, app: AppName, environment: EnvironmentName, variable: str, address: Address) -> Address:
        """The address as this server reaches it: a managed database's name holds on its environment's network alone.
        Raises Unavailable when it does not run."""
        if not address.host.endswith(f".{databases.DOMAIN}"):
            return address
        found = (await self._giving.names(app, environment)).get(variable)
        seen = (await self._servers.look()).get(found.id) if found is not None else None
        if found is None or seen is None or not seen.host:
            name = found.name if found is not None else address.host
            raise Unavailable(
                f"the database {name} of {environment} does not run", hint=f"fairway db show {name} -e {environment}"
            )
        return address.moved(host=seen.host, port=address.port)

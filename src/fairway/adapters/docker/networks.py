"""One bridge network for each environment, on which its services find each other by name and nobody else's."""

import asyncio
import ipaddress
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairway.adapters.docker import names, refusals
from fairway.adapters.docker.connection import Connection, Refused
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import Conflict

RANGE = ipaddress.IPv4Network("10.213.0.0/16")
"""Where Fairway takes 256 more networks from: a part of 10.0.0.0/8 that neither Docker's pools nor common VPNs use."""


class Networks:
    """The networks of one instance."""

    def __init__(self, connection: Connection, instance: str) -> None:
        self._connection = connection
        self._instance = instance
        self._ids: dict[str, str] = {}
        # Docker makes two networks of one name when it is asked twice at once, and then refuses the name as ambiguous.
        self._turn = asyncio.Lock()

    async def ensure(self, app: AppName, environment: EnvironmentName) -> str:
        """The id of the environment's network, which is made if there is none. Raises WorkFailed when no address range
        is left."""
        name = names.network_name(self._instance, app, environment)
        async with self._turn:
            if name not in self._ids:
                found = await self._list(app, environment)
                self._ids[name] = found[0]["Id"] if found else await self._create(name, app, environment)
            return self._ids[name]

    def forget(self, app: AppName, environment: EnvironmentName) -> None:
        """It was said to be gone: look again the next time."""
        self._ids.pop(names.network_name(self._instance, app, environment), None)

    async def remove(self, app: AppName, environment: EnvironmentName) -> None:
        """Delete it. One that does not exist is no error. Raises Conflict while a container uses it."""
        async with self._turn:
            self.forget(app, environment)
            for network in await self._list(app, environment):
                try:
                    await self._connection.call("DELETE", f"/networks/{network['Id']}")
                except Refused as refusal:
                    if refusal.status == 404:
                        continue
                    if "active endpoints" in refusal.message:
                        raise Conflict(
                            f"the network {network['Name']} is still used", why=refusals.last_part(refusal.message)
                        ) from refusal
                    raise

    async def _list(self, app: AppName, environment: EnvironmentName) -> Sequence[dict[str, Any]]:
        labels = names.network_labels(self._instance, app, environment)
        filters = {"label": [f"{key}={value}" for key, value in labels.items()]}
        found = await self._connection.call("GET", "/networks", params={"filters": json.dumps(filters)})
        return sorted(found, key=lambda network: str(network["Created"]))

    async def _create(self, name: str, app: AppName, environment: EnvironmentName) -> str:
        return await self.make(name, names.network_labels(self._instance, app, environment))

    async def make(self, name: str, labels: Mapping[str, str], *, internal: bool = False, closed: bool = False) -> str:
        """The id of a new network. `internal`: no packet leaves it but for this host, all of whose ports can be reached
        from it; `closed`: not for this host either, and it reaches nothing there. Raises WorkFailed when no address
        range is left."""
        body = {
            "Name": name,
            "CheckDuplicate": True,
            "Driver": "bridge",
            "Internal": internal or closed,
            "Labels": dict(labels),
        }
        if closed:
            # The bridge gets no address of its own, so that the default route of its containers leads to nobody.
            body["Options"] = {"com.docker.network.bridge.inhibit_ipv4": "true"}
        try:
            made = await self._connection.call("POST", "/networks/create", body=body)
        except Refused as refusal:
            if not refusals.POOLS.search(refusal.message):
                raise refusals.refused_network(refusal, name) from refusal
            made = await self._create_outside(body, refusal)
        return str(made["Id"])

    async def _create_outside(self, body: dict[str, Any], full: Refused) -> Any:
        """Docker's own pools hold about 30 networks; Fairway has ranges of its own for what comes after them."""
        for subnet in free(await self._connection.call("GET", "/networks")):
            try:
                wanted = {**body, "IPAM": {"Config": [{"Subnet": subnet}]}}
                return await self._connection.call("POST", "/networks/create", body=wanted)
            except Refused as refusal:
                if "overlap" not in refusal.message.lower():
                    raise refusals.refused_network(refusal, body["Name"]) from refusal
        raise refusals.refused_network(full, body["Name"]) from full


def free(networks: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The ranges of RANGE, each of 254 addresses, that none of Docker's networks takes a part of."""
    taken = [
        ipaddress.ip_network(config["Subnet"], strict=False)
        for network in networks
        for config in (network.get("IPAM") or {}).get("Config") or ()
        if config.get("Subnet")
    ]
    for subnet in RANGE.subnets(new_prefix=24):
        if not any(one.version == 4 and one.overlaps(subnet) for one in taken):
            yield str(subnet)

"""Networks that no packet leaves: where a migration is rehearsed, so that it reaches its copy and nothing else.

Docker gives an `Internal` network no way out: no gateway, no masquerading, and nobody else's network beyond it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fairway.adapters.docker import labelled, names
from fairway.adapters.docker.connection import Connection
from fairway.adapters.docker.networks import Networks


class IsolatedNetworks:
    """Those of one instance, by their keys, which the label `fairway.scratch` carries."""

    def __init__(self, connection: Connection, instance: str) -> None:
        self._connection = connection
        self._instance = instance
        self._networks = Networks(connection, instance)

    async def make(self, key: str) -> str:
        """Its name. Raises WorkFailed when no address range is left."""
        name = f"fairway-{self._instance}-scratch-{key}"
        if not await self._listed(f"{names.SCRATCH}={key}"):
            await self._networks.make(name, names.scratch_labels(self._instance, key), internal=True)
        return name

    async def remove(self, key: str) -> None:
        """Delete it; a container that is still on it stays, without it."""
        for network in await self._listed(f"{names.SCRATCH}={key}"):
            await labelled.empty(self._connection, network["Id"])
            await labelled.delete(self._connection, f"/networks/{network['Id']}")

    async def list(self) -> Sequence[str]:
        """The keys of all."""
        return sorted(network["Labels"][names.SCRATCH] for network in await self._listed(names.SCRATCH))

    async def _listed(self, label: str) -> Sequence[Mapping[str, Any]]:
        return await labelled.find(self._connection, self._instance, label, labelled.NETWORKS)

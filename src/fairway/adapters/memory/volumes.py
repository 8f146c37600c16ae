"""Volumes in memory: which ones there are. Their directories are only named."""

from collections.abc import Sequence
from pathlib import Path

from fairway.adapters.memory.faults import Faults
from fairway.domain import volume as volumes_of
from fairway.domain.address import Address, Engine
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.volume import Volume
from fairway.errors import Unavailable

ROOT = Path("/memory/volumes")
Key = tuple[AppName, EnvironmentName, str]


class MemoryVolumes:
    """`ports.volumes.Volumes`. `made` are those that there are."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.made: set[Key] = set()

    async def make(self, app: AppName, environment: EnvironmentName, volume: Volume) -> None:
        """Raises what `faults` say."""
        if await self.faults.meet("make"):
            return
        self.made.add((app, environment, volume.name))

    async def remove(self, app: AppName, environment: EnvironmentName, name: str) -> None:
        """Raises what `faults` say."""
        if await self.faults.meet("remove"):
            return
        self.made.discard((app, environment, name))

    async def list(self, app: AppName, environment: EnvironmentName) -> Sequence[str]:
        """Those that were made and not removed."""
        return sorted(name for owner, of, name in self.made if (owner, of) == (app, environment))

    def place(self, app: AppName, environment: EnvironmentName, name: str) -> Path:
        """A path that nothing lies at. Raises ValueError for a name that is a path."""
        return Path(volumes_of.folder(ROOT, app, environment, name))

    def locate(
        self, app: AppName, environment: EnvironmentName, volumes: Sequence[Volume], address: Address
    ) -> Address:
        """Raises UsageError for a file in no volume, Unavailable for a volume that was not made."""
        if address.engine is not Engine.SQLITE:
            return address
        volume = volumes_of.require(address, volumes)
        if (app, environment, volume.name) not in self.made:
            raise Unavailable(f"the volume of {address.shown} is not on this host", why="it was not made")
        return address.at(self.place(app, environment, volume.name) / volume.file)

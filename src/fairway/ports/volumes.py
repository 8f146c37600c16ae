"""Directories of this host that outlive the containers they are mounted into. Not shared with any other host."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from fairway.domain.address import Address
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.volume import Volume


class Volumes(Protocol):
    """The volumes of this Fairway server."""

    async def make(self, app: AppName, environment: EnvironmentName, volume: Volume) -> None:
        """Make it, with an empty file that a process of any user may write to. One that is there already is left as it
        is, with all that it holds; so a call that was cut off is made again. Raises WorkFailed when the disk refuses
        it.

        Only for a database that has none yet: on another host than the database's it would make an empty one.
        """
        ...

    async def remove(self, app: AppName, environment: EnvironmentName, name: str) -> None:
        """Delete it with all that it holds. One that does not exist is no error. Raises WorkFailed when the disk
        refuses it."""
        ...

    async def list(self, app: AppName, environment: EnvironmentName) -> Sequence[str]:
        """The names of the environment's volumes."""
        ...

    def place(self, app: AppName, environment: EnvironmentName, name: str) -> Path:
        """The directory on this host, whether it is there or not."""
        ...

    def locate(
        self, app: AppName, environment: EnvironmentName, volumes: Sequence[Volume], address: Address
    ) -> Address:
        """The address with the `file` by which this server reaches the database; PostgreSQL's are returned as they are.

        Raises UsageError for a SQLite file that lies in none of the volumes: it goes with its container, and nothing
        outside of that can copy it. Raises Unavailable when the volume is not on this host.
        """
        ...

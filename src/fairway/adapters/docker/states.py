"""What Docker knows of a container beyond its list, asked for only when it may have changed.

That a container has ended is taken from its event. Docker tells it at once, and then takes down the network before it
lists the container as ended or answers a question about it: a tenth of a second in which a replacement can begin. What
Docker itself says afterwards, once it says it, takes the event's place.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fairway.adapters.docker.connection import Connection, Refused
from fairway.adapters.docker.events import Change
from fairway.adapters.docker.reading import LIVE, State, read_state


class States:
    """The states of the containers on one daemon, by their ids."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, State] = {}
        self._ended: dict[str, State] = {}
        self._starved: set[str] = set()

    def told(self, change: Change) -> None:
        """An event of a container came."""
        known = self._known.pop(change.container, None)
        self._ended.pop(change.container, None)
        if change.action == "oom":
            self._starved.add(change.container)
        if change.action == "die" and change.code is not None and known is not None and known.status in LIVE:
            self._ended[change.container] = replace(
                known,
                status="exited",
                stopped_at=change.at,
                code=change.code,
                oom_killed=change.container in self._starved,
                pid=0,
            )

    async def find(self, listed: Mapping[str, Any]) -> State | None:
        """The state of an entry of Docker's list, asked for when it is not known or is not what it was; None when the
        container has gone."""
        container = listed["Id"]
        ended = self._ended.get(container)
        if ended is not None and listed["State"] in LIVE:
            return ended
        known = self._known.get(container)
        # A container that Docker could not start stays "created": only a look at it tells.
        if known is not None and known.status == listed["State"] and known.status != "created":
            return known
        try:
            inspected = await self._connection.call("GET", f"/containers/{container}/json")
        except Refused as refusal:
            if refusal.status == 404:
                return None
            raise
        self._known[container] = read_state(inspected)
        return self._known[container]

    def keep(self, containers: set[str]) -> None:
        """Forget all but these: what a complete look has seen."""
        self._known = {container: state for container, state in self._known.items() if container in containers}
        self._ended = {container: state for container, state in self._ended.items() if container in containers}
        self._starved &= containers

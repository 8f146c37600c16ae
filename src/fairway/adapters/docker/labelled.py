"""What an instance has made in Docker: found again by its labels, and deleted as often as it takes.

Jobs, databases, scratch databases, their networks and their tools are all found in this way: a label of their own
carries the id, and `fairway.instance` keeps every other Fairway of the host out.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fairway.adapters.docker import names
from fairway.adapters.docker.connection import Connection, Refused

CONTAINERS, NETWORKS = "/containers/json", "/networks"


async def find(
    connection: Connection, instance: str, label: str, path: str = CONTAINERS
) -> Sequence[Mapping[str, Any]]:
    """The instance's containers, or NETWORKS, that have the label (`name` or `name=value`), in any state. Raises
    Unavailable."""
    filters = json.dumps({"label": [f"{names.INSTANCE}={instance}", label]})
    found: Sequence[Mapping[str, Any]] = await connection.call("GET", path, params={"all": "1", "filters": filters})
    return found


async def delete(connection: Connection, path: str) -> None:
    """Delete `/containers/ID`, killed first and with its anonymous volumes, or `/networks/ID`. One that is gone, or
    that somebody else is deleting, is no error. Raises Unavailable, and Refused for anything else."""
    try:
        await connection.call("DELETE", path, params={"v": "1", "force": "1"})
    except Refused as refusal:
        if refusal.status != 404 and "already in progress" not in refusal.message:
            raise


async def empty(connection: Connection, network: str) -> None:
    """Take every container off a network that is to be deleted. Raises Unavailable."""
    try:
        found = await connection.call("GET", f"/networks/{network}")
        for container in found.get("Containers") or {}:
            body = {"Container": container, "Force": True}
            await connection.call("POST", f"/networks/{network}/disconnect", body=body)
    except Refused as refusal:
        # 404: it is gone, or that container is.
        if refusal.status != 404:
            raise

"""A Docker Engine asked over its socket, without the 30 ms of a docker command: what a measurement polls with."""

import http.client
import json
import os
import socket
import urllib.parse
from typing import Any

DEFAULT = "unix:///var/run/docker.sock"


class Socket(http.client.HTTPConnection):
    """A connection to a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("docker", timeout=30)
        self._path = path

    def connect(self) -> None:
        """See http.client."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


def get(path: str, **query: Any) -> Any:
    """The document that the daemon of DOCKER_HOST answers with; a query's values are sent as JSON."""
    connection = Socket(os.environ.get("DOCKER_HOST", DEFAULT).removeprefix("unix://"))
    encoded = urllib.parse.urlencode({name: json.dumps(value) for name, value in query.items()})
    try:
        connection.request("GET", f"{path}?{encoded}")
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def containers(label: str) -> dict[str, dict[str, Any]]:
    """The running containers with the label, as Docker lists them, by their ids."""
    return {each["Id"]: each for each in get("/containers/json", filters={"label": [label]})}


def address(container: str, network: str = "") -> str:
    """The container's address in the network of this name, or in its first; "" while it has none."""
    if network:
        members = get(f"/networks/{network}")["Containers"]
        return str(members.get(container, {}).get("IPv4Address", "")).partition("/")[0]
    networks = get(f"/containers/{container}/json")["NetworkSettings"]["Networks"]
    return next((str(each["IPAddress"]) for each in networks.values()), "")


def process(container: str) -> int:
    """The process id of the container's first process on the host."""
    return int(get(f"/containers/{container}/json")["State"]["Pid"])

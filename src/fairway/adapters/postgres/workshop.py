"""Where PostgreSQL's own programs run: containers of an image of the database's major version.

A tool (`pg_dump`, `pg_restore`) is a container on the host's network, since it has to reach what this process reaches;
it is gone at its end, however that comes. What a killed server leaves is found by its labels and removed by `sweep`.
A password goes into a container's environment and nowhere else: no argument, no label, no process of the host's.
"""

import asyncio
import os
import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fairway.adapters.docker import labelled, names
from fairway.adapters.docker.connection import Refused
from fairway.adapters.docker.creation import CAPABILITIES, LOG, PROCESSES
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.printed import Printed
from fairway.adapters.postgres import connecting
from fairway.domain.address import Address
from fairway.domain.image import Image
from fairway.errors import WorkFailed
from fairway.ports.builder import Bases, LogSink
from fairway.ports.databases import Progress, Report

LAST = 20
"""How many lines of what a tool said are kept for an error."""
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
"""libpq's words whose values are files of this host."""


class Workshop:
    """The containers of one instance, on the engine's daemon, which is this host's. `bases` gets the images."""

    def __init__(self, engine: DockerEngine, bases: Bases) -> None:
        self.connection = engine.containers.connection
        self.instance = engine.containers.instance
        self.networks = engine.networks
        self._bases = bases
        self._tools: set[str] = set()

    async def image(self, major: int, tools: str | None, report: Report) -> str:
        """The image of that major version, or the one that is asked for. Raises WorkFailed when it can't be had."""
        reference = tools or f"postgres:{major}"
        getting = Progress(doing=f"getting {reference}", done=0, total=0)
        try:
            await self._bases.ensure(reference, lambda line: report(getting))
        except WorkFailed as error:
            raise WorkFailed(
                f"there is no image with PostgreSQL {major} and its tools",
                why=f"{error.what}: {error.why}",
                hint='name one that this host can get: tools = "postgres:17" below [migrations]',
                log=error.log,
            ) from error
        return reference

    async def programs(self, major: int, tools: str | None) -> Image:
        """The same image by its id, for a container that somebody else makes. Raises WorkFailed."""
        reference = await self.image(major, tools, lambda progress: None)
        inspected = await self.connection.call("GET", f"/images/{reference}/json")
        return Image(repository=reference.partition("@")[0].rpartition(":")[0] or reference, digest=inspected["Id"])

    async def run(
        self,
        image: str,
        script: str,
        arguments: Sequence[str],
        address: Address,
        mounts: Mapping[str, Path],
        log: LogSink,
    ) -> int:
        """The exit code of a shell script whose words (`$1`...) are the arguments. The address's password is in its
        PGPASSWORD. Cancelling the call ends it. Raises WorkFailed when the container can't be made, Unavailable."""
        id = uuid.uuid4().hex[:12]
        body = {
            "Image": image,
            "Entrypoint": ["/bin/sh", "-c", script, "fairway"],
            "Cmd": list(arguments),
            "User": f"{os.getuid()}:{os.getgid()}",
            "Env": ["HOME=/tmp", f"PGAPPNAME={connecting.APPLICATION}", f"PGPASSWORD={address.password}"],
            "Labels": names.tool_labels(self.instance, id),
            "HostConfig": {
                "NetworkMode": "host",
                "Init": True,
                "Binds": [f"{outside}:{inside}" for inside, outside in {**mounts, **files(address)}.items()],
                "PidsLimit": PROCESSES,
                "CapDrop": ["ALL"],
                "CapAdd": list(CAPABILITIES),
                "SecurityOpt": ["no-new-privileges"],
                "LogConfig": LOG,
                "RestartPolicy": {"Name": "no"},
            },
        }
        self._tools.add(id)
        try:
            container = await self.create(f"fairway-tool-{id}", body)
            await self.connection.call("POST", f"/containers/{container}/start")
            await Printed(self.connection, container, log).read(follow=True)
            ended = await self.connection.call("POST", f"/containers/{container}/wait", timeout=None)
            return int(ended["StatusCode"])
        except Refused as refusal:
            raise WorkFailed(f"{image} can't be started", why=refusal.message) from refusal
        finally:
            # Also when the answer to making it never came: it is looked for by its label.
            await asyncio.shield(self.remove(f"{names.TOOL}={id}"))
            self._tools.discard(id)

    async def create(self, name: str, body: Mapping[str, Any]) -> str:
        """The id of a new container. One without docker-init is made where the daemon has none to lend. Raises
        Refused."""
        try:
            made = await self.connection.call("POST", "/containers/create", params={"name": name}, body=body)
        except Refused as refusal:
            if "docker-init" not in refusal.message:
                raise
            without = {**body, "HostConfig": {**body["HostConfig"], "Init": False}}
            made = await self.connection.call("POST", "/containers/create", params={"name": name}, body=without)
        return str(made["Id"])

    async def remove(self, label: str) -> None:
        """Kill and delete the containers of this instance that have the label, with their volumes."""
        for entry in await self.listed(labelled.CONTAINERS, label):
            await labelled.delete(self.connection, f"/containers/{entry['Id']}")

    async def listed(self, path: str, label: str) -> Sequence[Mapping[str, Any]]:
        """The containers or networks of this instance that have the label, in any state."""
        return await labelled.find(self.connection, self.instance, label, path)

    async def tail(self, container: str) -> Sequence[str]:
        """The last lines of what it printed."""
        lines: list[str] = []
        await Printed(self.connection, container, lines.append).read(follow=False)
        return lines[-LAST:]

    async def sweep_tools(self) -> None:
        """Remove those that no call of this process runs."""
        for entry in await self.listed(labelled.CONTAINERS, names.TOOL):
            if entry["Labels"][names.TOOL] not in self._tools:
                await labelled.delete(self.connection, f"/containers/{entry['Id']}")


def conninfo(address: Address) -> str:
    """The address for a program's argument: without its password."""
    chosen = connecting.parameters(address)
    return " ".join(f"{name}='{escape(value)}'" for name, value in chosen.items())


def escape(value: str) -> str:
    """A value between the single quotes of libpq's connection string."""
    return re.sub(r"([\\'])", r"\\\1", value)


def files(address: Address) -> Mapping[str, Path]:
    """What of this host a tool needs to reach the database: a directory with a socket, certificates; each under the
    path that it has here."""
    chosen = connecting.parameters(address)
    paths = [chosen[name] for name in FILES if name in chosen]
    if chosen.get("host", "").startswith("/"):
        paths.append(chosen["host"])
    return {path: Path(path) for path in paths if Path(path).exists()}

"""Scratch servers: a container of the database's major version on a network that leads nowhere else.

The network is closed: what is on it reaches the scratch server and nothing else, this host's ports least of all, one of
which may be the original's. The server is on a second one besides, by which this host reaches it. Its superuser is one
that no original has, and is this process's alone; what is tried on the database comes as the original's user, with the
original's rights and a password of its own. It is made for speed where a crash would only mean another try: no fsync,
no autovacuum. Container, volume and network have the key as their label, by which the leftovers of a killed server are
found.
"""

import asyncio
import contextlib
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fairway.adapters.docker import labelled, names
from fairway.adapters.docker.connection import Refused
from fairway.adapters.docker.creation import CAPABILITIES, LOG, PROCESSES
from fairway.adapters.postgres import certificates, connecting, surroundings, tooling
from fairway.adapters.postgres.connecting import fetch, quoted
from fairway.adapters.postgres.workshop import Workshop
from fairway.domain.address import PORT, Address
from fairway.domain.catalog import Standing
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.databases import Scratch

MIB = 1024 * 1024
MEMORY = 512 * MIB
"""Bytes that the server may use where nobody says otherwise."""
SPARE = 256 * MIB
"""Bytes beside the copy itself: the write-ahead log, temporary files of building indexes."""
PATIENCE, PAUSE = 120.0, 0.05
"""Seconds until the server has to take connections, and between two tries."""
DEMANDS = frozenset({"require", "verify-ca", "verify-full"})
"""Words of sslmode with which a client turns away from a server without TLS."""
PREFIX = "%m|%p|%v|%a|"
"""How a line of the server's log begins: `seen.py` reads it."""
START = """set -eu
chown postgres /etc/fairway/server.key && chmod 600 /etc/fairway/server.key
exec docker-entrypoint.sh "$@"
"""


class PostgresScratches:
    """`ports.databases.Scratches`. `free` tells the bytes that are free where the engine keeps its volumes."""

    def __init__(
        self, workshop: Workshop, free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    ) -> None:
        self._workshop = workshop
        self._free = free

    @contextlib.asynccontextmanager
    async def open(
        self, key: str, like: Address, standing: Standing, *, tools: str | None = None, memory: int = 0
    ) -> AsyncIterator[Scratch]:
        """Raises WorkFailed for too little disk, no image, an extension that the image has not got; Unavailable."""
        await self._room(standing)
        image = await self._workshop.image(standing.major, tools, lambda line: None)
        await remove(self._workshop, key)
        try:
            scratch = await self._start(key, like, image, memory or MEMORY)
            await self._furnish(scratch, standing, image)
            yield scratch
        finally:
            await asyncio.shield(remove(self._workshop, key))

    async def sweep(self, keep: Sequence[str] = ()) -> None:
        """Remove the others, and the tools that a killed server left running."""
        await self._workshop.sweep_tools()
        for path in (labelled.CONTAINERS, labelled.NETWORKS):
            for entry in await self._workshop.listed(path, names.SCRATCH):
                key = entry["Labels"][names.SCRATCH]
                if key not in keep:
                    await remove(self._workshop, key)

    async def _room(self, standing: Standing) -> None:
        """Raises WorkFailed when the disk of the engine may be too small."""
        told = await self._workshop.connection.call("GET", "/info")
        where = Path(told["DockerRootDir"])
        left = await asyncio.to_thread(self._free, where)
        needed = standing.bytes * 5 // 4 + SPARE
        if left < needed:
            raise WorkFailed(
                "there is too little disk for a copy of the database",
                why=f"it needs {needed // MIB} MiB (the database has {standing.bytes // MIB} MiB), "
                f"and {left // MIB} MiB are free at {where}",
                hint="docker system df shows what can be freed",
            )

    async def _start(self, key: str, like: Address, image: str, memory: int) -> Scratch:
        """The server, once it takes connections."""
        name = network_name(self._workshop.instance, key)
        admin, password = f"{surroundings.SCRATCH_ADMIN}{secrets.token_hex(4)}", secrets.token_urlsafe(18)
        labels = names.scratch_labels(self._workshop.instance, key)
        tls = connecting.parameters(like).get("sslmode") in DEMANDS
        network = await self._workshop.networks.make(name, labels, closed=True)
        outside = await self._workshop.networks.make(f"{name}-outside", labels, internal=True)
        body = server(image, network, labels, admin, password, memory)
        try:
            container = await self._workshop.create(name, body)
            joined = {"Container": container}
            await self._workshop.connection.call("POST", f"/networks/{outside}/connect", body=joined)
            # Whoever wants TLS may say so in a variable that nobody reads here (PGSSLMODE), or in the app's code.
            await self._workshop.connection.upload(
                f"/containers/{container}/archive", certificates.archive(), params={"path": "/"}
            )
            await self._workshop.connection.call("POST", f"/containers/{container}/start")
        except Refused as refusal:
            raise WorkFailed("the scratch database can't be started", why=refusal.message) from refusal
        state = await self._workshop.connection.call("GET", f"/containers/{container}/json")
        hosts = {each["NetworkID"]: each["IPAddress"] for each in state["NetworkSettings"]["Networks"].values()}
        user = like.user or "postgres"
        own = {"sslmode": "require" if tls else "disable"}
        there = replace(like, host=hosts[network], port=PORT, options=own, password=password)
        scratch = Scratch(
            address=replace(there, scheme="postgres", user=admin, host=hosts[outside]),
            inside=replace(there, user=user, password=secrets.token_urlsafe(18), options=inside(like.options, tls=tls)),
            network=name,
            outside=f"{name}-outside",
            mounts={},
        )
        await self._ready(container, scratch.address)
        return scratch

    async def _ready(self, container: str, address: Address) -> None:
        """Return once it takes connections. Raises WorkFailed with its log when it ends before."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    with contextlib.suppress(Unavailable):
                        async with connecting.session(surroundings.elsewhere(address)):
                            return
                    state = await self._workshop.connection.call("GET", f"/containers/{container}/json")
                    if not state["State"]["Running"]:
                        lines = await self._workshop.tail(container)
                        raise WorkFailed("the scratch database ended while it started", why=last(lines), log=lines)
                    await asyncio.sleep(PAUSE)
        except TimeoutError as error:
            lines = await self._workshop.tail(container)
            raise WorkFailed(
                "the scratch database did not start", why=f"no answer for {PATIENCE:g} s", log=lines
            ) from error

    async def _furnish(self, scratch: Scratch, standing: Standing, image: str) -> None:
        """The original's user, and its empty database. Raises WorkFailed for an extension that is not there."""
        user, name = quoted(scratch.inside.user), quoted(scratch.inside.name)
        async with connecting.session(surroundings.elsewhere(scratch.address)) as connection:
            found = await fetch(connection, "SELECT name FROM pg_available_extensions")
            if missing := sorted(standing.extensions.keys() - {each for (each,) in found}):
                raise tooling.missing_extensions(missing, image, standing.major)
            # Not among the words of its start: what stands there can't be changed any more, and a watch does so.
            await surroundings.run(connection, "ALTER SYSTEM SET full_page_writes = off")
            await fetch(connection, "SELECT pg_reload_conf()")
            word = surroundings.literal(scratch.inside.password)
            await surroundings.run(connection, f"CREATE ROLE {user} LOGIN PASSWORD {word}")
            if await fetch(connection, "SELECT 1 FROM pg_database WHERE datname = %s", scratch.inside.name):
                await surroundings.run(connection, f"ALTER DATABASE {name} OWNER TO {user}")
            else:
                await surroundings.run(connection, f"CREATE DATABASE {name} OWNER {user} TEMPLATE template0")


async def remove(workshop: Workshop, key: str) -> None:
    """What there is of a scratch: the container with its volume, then the network with what is still on it."""
    label = f"{names.SCRATCH}={key}"
    await workshop.remove(label)
    for entry in await workshop.listed(labelled.NETWORKS, label):
        await labelled.empty(workshop.connection, entry["Id"])
        await labelled.delete(workshop.connection, f"/networks/{entry['Id']}")


def server(
    image: str, network: str, labels: Mapping[str, str], admin: str, password: str, memory: int
) -> dict[str, Any]:
    """What the server's container is made from."""
    settings = {
        "fsync": "off",
        "synchronous_commit": "off",
        "autovacuum": "off",
        "checkpoint_timeout": "30min",
        "max_wal_size": "1GB",
        "shared_buffers": f"{max(32, memory // MIB // 4)}MB",
        "maintenance_work_mem": f"{max(16, memory // MIB // 8)}MB",
        "log_line_prefix": PREFIX,
        "log_timezone": "UTC",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "lc_messages": "C",
        "ssl": "on",
        "ssl_cert_file": certificates.CERTIFICATE,
        "ssl_key_file": certificates.KEY,
    }
    chosen = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return {
        "Image": image,
        "Entrypoint": ["/bin/sh", "-c", START, "fairway"],
        "Cmd": ["postgres", *chosen],
        "Env": [f"POSTGRES_USER={admin}", f"POSTGRES_PASSWORD={password}", "POSTGRES_INITDB_ARGS=--no-sync"],
        "Labels": dict(labels),
        "HostConfig": {
            "NetworkMode": network,
            "Init": False,
            "Memory": memory,
            "MemorySwap": memory,
            "ShmSize": memory,
            "PidsLimit": PROCESSES,
            "CapDrop": ["ALL"],
            "CapAdd": list(CAPABILITIES),
            "SecurityOpt": ["no-new-privileges"],
            "LogConfig": LOG,
            "RestartPolicy": {"Name": "no"},
        },
    }


def inside(options: Mapping[str, str], *, tls: bool) -> Mapping[str, str]:
    """The original's query for who connects to the scratch: without other places and files of this host. A certificate
    that nobody has signed can't be verified, so what would verify it demands encryption alone."""
    left_out = {"host", "hostaddr", "port", "sslrootcert", "sslcert", "sslkey", "sslcrl"}
    kept = {name: value for name, value in options.items() if name not in left_out}
    if tls and kept.get("sslmode", "").startswith("verify"):
        kept["sslmode"] = "require"
    return kept


def network_name(instance: str, key: str) -> str:
    """`fairway-INSTANCE-scratch-KEY`: the name of its network and of its container."""
    return f"fairway-{instance}-scratch-{key}"


def last(lines: Sequence[str]) -> str:
    """The last line, "" when there is none."""
    return lines[-1] if lines else ""

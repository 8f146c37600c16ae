"""What the Docker room's suites share: specifications, small Node.js servers, and waiting for a condition."""

import asyncio
import contextlib
import dataclasses
import io
import json
import os
import socket
import subprocess
import tarfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

from fairway.domain.app import MIB
from fairway.domain.desired import TaskSpec
from fairway.domain.health import Check, HttpCheck, TcpCheck
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName, TaskId
from fairway.domain.image import Image
from fairway.domain.observed import Task

DOCKER_HOST = "unix:///var/run/docker.sock"
IMAGE_NAME = "t-docker/node:22"
TASK = TaskId(f"{os.getpid():012x}")
"""The suites' own task: another in every process that runs tests, since they share one daemon's containers' names."""
T = TypeVar("T")

SERVER = """
const server = require('http').createServer((request, response) => response.end('hello'));
server.listen(process.env.PORT || 3000, '0.0.0.0', () => console.log('ready'));
process.on('SIGTERM', () => {
  console.log('closing');
  setTimeout(() => { console.log('closed'); process.exit(0); }, 300);
});
"""
"""Listens on all addresses, and takes 0.3 s to close, so that a handler that is cut short shows."""


def local_image() -> Image:
    """Node.js without an entry point or a command of its own, by its id; it was never pushed."""
    bare = "FROM node:22-slim\nENTRYPOINT []\nCMD []\n"
    subprocess.run(
        ["/usr/bin/docker", "build", "--quiet", "--tag", IMAGE_NAME, "-"],
        input=bare,
        env={**os.environ, "DOCKER_BUILDKIT": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    inspected = subprocess.run(
        ["docker", "image", "inspect", "-f", "{{.Id}}", IMAGE_NAME], check=True, capture_output=True, text=True
    )
    return Image(repository="t-docker/node", digest=inspected.stdout.strip())


def make_spec(image: Image, *, command: Sequence[str] | None = ("node", "-e", SERVER), **changes: Any) -> TaskSpec:
    """A service `web` of the app `shop` that listens on 3000."""
    check: Check = HttpCheck(path="/") if changes.get("port", 3000) else TcpCheck()
    spec = TaskSpec(
        app=AppName("shop"),
        environment=EnvironmentName("production"),
        service=ServiceName("web"),
        release=ReleaseNumber(18),
        deployment=DeploymentId(7),
        image=image,
        configuration=1,
        command=None if command is None else tuple(command),
        port=3000,
        port_declared=True,
        cpu=1.0,
        memory=256 * MIB,
        stop_timeout=5.0,
        stop_signal=None,
        health=check,
    )
    return dataclasses.replace(spec, **changes)


async def until(look: Callable[[], Awaitable[T]], *, within: float = 20.0) -> T:
    """The first true value of `look`, at most `within` seconds later."""
    end = time.monotonic() + within
    while not (value := await look()):
        assert time.monotonic() < end, f"nothing within {within:g} s"
        await asyncio.sleep(0.02)
    return value


async def seen(engine: Any, task: str) -> Task | None:
    """The task as the engine shows it, None when it does not."""
    return next((one for one in await engine.observe() if one.id == task), None)


def docker(*words: str) -> str:
    """What the docker command prints: the tests' own eyes, beside the adapter's."""
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout


def host_address() -> str:
    """An address of this host that every container of an ordinary network reaches."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("10.255.255.255", 1))  # nothing is sent: it only chooses the address
        return str(asked.getsockname()[0])


def inspect(container: str) -> dict[str, Any]:
    """`docker inspect`."""
    document: dict[str, Any] = json.loads(docker("inspect", container))[0]
    return document


@contextlib.asynccontextmanager
async def forwarded(port: int) -> AsyncIterator[None]:
    """The daemon's socket on a TCP port of this host's, as a daemon on another host would have."""
    pipes: set[asyncio.Task[None]] = set()

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
            writer.write_eof()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_unix_connection("/var/run/docker.sock")
        mine = {asyncio.ensure_future(pipe(*pair)) for pair in ((reader, outer), (inner, writer))}
        pipes.update(mine)
        await asyncio.wait(mine)
        outer.close()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for one in pipes:
            one.cancel()
        await asyncio.gather(*pipes, return_exceptions=True)


def tar(files: dict[str, bytes]) -> bytes:
    """An archive of executable files."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as opened:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.mode, entry.size = 0o755, len(content)
            opened.addfile(entry, io.BytesIO(content))
    return archive.getvalue()


def sweep_containers(instance: str) -> None:
    """Remove its containers, and keep its networks."""
    if containers := docker("ps", "-aq", "--filter", f"label=fairway.instance={instance}").split():
        docker("rm", "-fv", *containers)


def sweep(instance: str) -> None:
    """Remove what the instance has left on the daemon."""
    sweep_containers(instance)
    label = f"label=fairway.instance={instance}"
    if networks := docker("network", "ls", "-q", "--filter", label).split():
        docker("network", "rm", *networks)
    if volumes := docker("volume", "ls", "-q", "--filter", label).split():
        docker("volume", "rm", *volumes)

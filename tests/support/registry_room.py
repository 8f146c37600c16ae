"""A real registry for one test: its process, on a port that is free, gone afterwards."""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import bcrypt
import httpx

from fairway.adapters.oci import config
from fairway.adapters.oci.login import joined
from fairway.ports.registry import Login
from support.ports import free_port


async def nobody(host: str) -> None:
    """The login of somebody who never logged in anywhere."""


@contextlib.asynccontextmanager
async def running(directory: Path) -> AsyncIterator[tuple[str, Login]]:
    port = free_port()
    command, credentials = config.configure(directory, port)
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await answering(port)
        host = f"localhost:{port}"
        yield host, joined({host: credentials}, nobody)
    finally:
        process.terminate()
        await process.wait()


async def answering(port: int, status: int = 401) -> None:
    async with asyncio.timeout(30), httpx.AsyncClient(trust_env=False) as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"http://127.0.0.1:{port}/v2/")).status_code == status:
                    return
            await asyncio.sleep(0.02)


@contextlib.contextmanager
def somebody_elses(directory: Path, port: int, user: str, password: str) -> Iterator[str]:
    """A registry that is none of Fairway's, with one user; its host."""
    directory.mkdir()
    users = directory / "users"
    users.write_text(f"{user}:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()}\n")
    with serving(directory, port, f"auth: {{htpasswd: {{realm: elsewhere, path: {users}}}}}\n", status=401) as host:
        yield host


@contextlib.contextmanager
def open_to_all(directory: Path, port: int) -> Iterator[str]:
    """A registry without users; its host."""
    directory.mkdir()
    with serving(directory, port, "", status=200) as host:
        yield host


@contextlib.contextmanager
def serving(directory: Path, port: int, auth: str, *, status: int) -> Iterator[str]:
    """The files in `data`; `status` is what it answers to somebody without a name."""
    (directory / "config.yml").write_text(
        "version: 0.1\nlog: {level: error}\n"
        f"storage: {{filesystem: {{rootdirectory: {directory / 'data'}}}}}\n"
        f"http: {{addr: '127.0.0.1:{port}'}}\n{auth}"
    )
    command = [config.find_program(), "serve", str(directory / "config.yml")]
    with (directory / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            asyncio.run(answering(port, status))
            yield f"localhost:{port}"
        finally:
            process.terminate()

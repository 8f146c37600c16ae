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


async def answering(port: int) -> None:
    async with asyncio.timeout(30), httpx.AsyncClient(trust_env=False) as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"http://127.0.0.1:{port}/v2/")).status_code == 401:
                    return
            await asyncio.sleep(0.02)


@contextlib.contextmanager
def somebody_elses(directory: Path, port: int, user: str, password: str) -> Iterator[str]:
    """A registry that is none of Fairway's, with one user; its host."""
    directory.mkdir()
    (directory / "users").write_text(f"{user}:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()}\n")
    (directory / "config.yml").write_text(
        "version: 0.1\nlog: {level: error}\n"
        f"storage: {{filesystem: {{rootdirectory: {directory / 'data'}}}}}\n"
        f"http: {{addr: '127.0.0.1:{port}'}}\n"
        f"auth: {{htpasswd: {{realm: elsewhere, path: {directory / 'users'}}}}}\n"
    )
    command = [config.find_program(), "serve", str(directory / "config.yml")]
    with (directory / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            asyncio.run(answering(port))
            yield f"localhost:{port}"
        finally:
            process.terminate()

"""A real registry for one test: its process, on a port that is free, gone afterwards."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from fairway.adapters.oci import config
from fairway.adapters.oci.config import Credentials
from support.builder_room import FIRST_PORT


def free_port() -> int:
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


@contextlib.asynccontextmanager
async def running(directory: Path) -> AsyncIterator[tuple[str, Credentials]]:
    port = free_port()
    command, credentials = config.configure(directory, port)
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await answering(port)
        yield f"localhost:{port}", credentials
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

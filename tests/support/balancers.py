"""The load balancers that the contract is asked of, each ready to use and gone afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.memory.balancer import MemoryBalancer
from fairway.ports.balancer import Balancer
from support.ports import free_port


@asynccontextmanager
async def memory(directory: Path) -> AsyncIterator[Balancer]:
    yield MemoryBalancer()


@asynccontextmanager
async def haproxy(directory: Path, tls_port: int = 0) -> AsyncIterator[HaproxyBalancer]:
    balancer = HaproxyBalancer(directory / "haproxy", "127.0.0.1", free_port(), tls_port=tls_port)
    try:
        async with balancer:
            yield balancer
    finally:
        await balancer.stop()

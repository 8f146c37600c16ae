"""Who presents certificates, each ready to use and gone afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fairway.adapters.haproxy.terminator import HaproxyTerminator
from fairway.adapters.memory.terminator import MemoryTerminator
from fairway.ports.certificates import Terminator
from support.balancers import haproxy as haproxy_balancer
from support.ports import free_port


@asynccontextmanager
async def memory(directory: Path) -> AsyncIterator[Terminator]:
    yield MemoryTerminator()


@asynccontextmanager
async def haproxy(directory: Path) -> AsyncIterator[Terminator]:
    async with haproxy_balancer(directory, free_port()) as balancer:
        yield HaproxyTerminator(balancer)

"""A web in memory: answers by host."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fairway.domain import addresses
from fairway.errors import WorkFailed
from fairway.ports.web import Answer, Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What a host answers after `takes` seconds, and the address that its name stands for."""

    status: int = 200
    body: bytes = b""
    takes: float = 0.0
    address: str = "192.0.2.1"


class MemoryWeb:
    """`ports.web.Web`. `calls` are those that came through."""

    def __init__(self, hosts: Mapping[str, Host]) -> None:
        self.hosts = dict(hosts)
        self.calls: list[Call] = []

    async def call(self, call: Call, *, timeout: float, keep: int) -> Answer:
        """What the host answers. Raises WorkFailed for one that is not there, not called, or too slow."""
        name = urlsplit(call.url).hostname or ""
        host = self.hosts.get(name)
        if host is None:
            raise WorkFailed(f"there is no host {name}")
        if why := addresses.find_refusal(host.address):
            raise WorkFailed(f"{name} is not called", why=f"it is {why}")
        self.calls.append(call)
        try:
            async with asyncio.timeout(timeout):
                await asyncio.sleep(host.takes)
        except TimeoutError as error:
            raise WorkFailed(f"{name} did not answer within {timeout:g} s") from error
        return Answer(status=host.status, body=host.body[:keep])

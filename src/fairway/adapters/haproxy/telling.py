"""Bringing the running HAProxy into line with a table: what it has is read, and what differs is told to it."""

import asyncio
from dataclasses import dataclass
from functools import partial

from fairway.adapters.haproxy import align, keys, secure
from fairway.adapters.haproxy.runtime import Refused, Runtime
from fairway.adapters.haproxy.table import Table
from fairway.errors import Unavailable

PATIENCE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """To the HAProxy of `runtime`; `tls_port` as the frame of its configuration has it."""

    runtime: Runtime
    tls_port: int

    async def tell(self, table: Table, worker: int) -> None:
        """Have the worker do what the table says. Raises Unavailable when it does not answer or refuses."""
        servers = await self.runtime.servers(worker)
        for command in align.commands(table, servers, await self.runtime.hosts(worker)):
            await self._carry_out(worker, command)
        if self.tls_port:
            await self._tell_tls(table, worker)

    async def _tell_tls(self, table: Table, worker: int) -> None:
        """The same for certificates and what belongs to them. Nobody is sent to a name that presents nothing: a
        redirect goes before its certificate, and comes after it."""
        seen = await self.runtime.certificates(worker)
        redirected = await self.runtime.map(worker, secure.REDIRECTS)
        answered = await self.runtime.map(worker, secure.ANSWERS)
        wanted = secure.redirects(table, self.tls_port)
        kept = {host: wanted[host] for host in redirected if host in wanted}
        for command in (
            *secure.map_commands(secure.REDIRECTS, kept, redirected),
            *secure.commands(table, seen, partial(keys.get, self.runtime.directory)),
            *secure.map_commands(secure.REDIRECTS, wanted, kept),
            *secure.map_commands(secure.ANSWERS, secure.answers(table), answered),
        ):
            await self._carry_out(worker, command)

    async def _carry_out(self, worker: int, command: str) -> None:
        """One change. Raises Unavailable with HAProxy's words when it refuses."""
        try:
            await self.runtime.change(worker, command)
        except Refused as refusal:
            verb, _, name = command.rpartition(" ")
            if verb != "del server":
                raise Unavailable(
                    # The lines that follow the first may hold a key.
                    "the load balancer refused a change",
                    why=f'HAProxy said "{refusal}" to "{command.partition(chr(10))[0]}"',
                ) from refusal
            await self._delete(worker, name)

    async def _delete(self, worker: int, name: str) -> None:
        """Delete a server whose requests were just told to end, which takes them a moment. One that won't go takes no
        traffic, and is deleted with a later change."""
        give_up = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < give_up:
            await asyncio.sleep(0.02)
            try:
                for command in (f"set server {name} state drain", *align.delete(name)):
                    await self.runtime.change(worker, command)
                return
            except Refused:
                continue

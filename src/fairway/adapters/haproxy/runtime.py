"""HAProxy's command line over the master process's Unix socket: one connection, one command, one answer.

The master passes a command on to the worker that is named (`@!PID`), so that workers of before a reload, which still
carry their last connections, can be asked too. They can only be asked: HAProxy answers "Proxy is disabled" to changes.
"""

import asyncio
import csv
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fairway.adapters.haproxy import config, secure
from fairway.adapters.haproxy.align import Server
from fairway.errors import Unavailable

SOCKET = "master.sock"
TIMEOUT = 5.0
DONE = re.compile(
    r"^(New empty certificate store '.*'!|Transaction (created|aborted) for certificate .*!|Success!"
    r"|Entry '.*' deleted in crtlist '.*'!|Certificate '.*' deleted!)$",
    re.MULTILINE,
)
"""The words for a change of certificates that is done; a commit and an addition tell their progress before theirs."""
CONFIGURED = 0x04
"""The administrative flag of a server that began as `disabled`: it stays for life and says nothing of the present."""


class Refused(Exception):
    """HAProxy answered, but not what the command answers when it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """What runs: process ids of the workers that accept (None: none does), of those that only finish, and how many
    reloads and failed ones the master has counted."""

    worker: int | None
    finishing: tuple[int, ...]
    reloads: str

    def accepting(self) -> int:
        """The worker that takes connections. Raises Unavailable while there is none."""
        if self.worker is None:
            raise Unavailable("the load balancer is starting", why="HAProxy's master has no worker yet")
        return self.worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The command line of the HAProxy that runs in a directory."""

    directory: Path

    async def ask(self, command: str) -> str:
        """The answer to one command, without its blank lines. Raises Unavailable when nobody answers."""
        try:
            async with asyncio.timeout(TIMEOUT):
                return await self._exchange(command)
        except (OSError, TimeoutError) as error:
            raise Unavailable(
                "the load balancer does not answer",
                why=f"HAProxy's socket {self.directory / SOCKET}: {error or 'no answer in 5 s'}",
                hint="fairway server status",
            ) from error

    async def _exchange(self, command: str) -> str:
        # A socket's path has room for 107 bytes; the directory's may be longer, a descriptor's never is.
        directory = os.open(self.directory, os.O_PATH | os.O_DIRECTORY)
        try:
            reader, writer = await asyncio.open_unix_connection(f"/proc/self/fd/{directory}/{SOCKET}")
        finally:
            os.close(directory)
        try:
            writer.write(command.encode() + b"\n")
            writer.write_eof()
            answer = await reader.read()
        finally:
            writer.close()
        if not answer:
            # Even a command that has nothing to say is answered by a blank line.
            raise ConnectionResetError("closed without an answer")
        return answer.decode(errors="replace").strip()

    async def processes(self) -> Processes:
        """The master's children."""
        return parse_processes(await self.ask("show proc"))

    async def worker(self) -> int:
        """The worker that takes connections. Raises Unavailable while there is none."""
        return (await self.processes()).accepting()

    async def servers(self, worker: int) -> list[Server]:
        """Every server that the worker has."""
        return parse_servers(await self.ask(f"@!{worker} show servers state"))

    async def hosts(self, worker: int) -> dict[str, str]:
        """The worker's map of host names."""
        return await self.map(worker, config.MAP)

    async def map(self, worker: int, name: str) -> dict[str, str]:
        """One of the worker's maps."""
        lines = (await self.ask(f"@!{worker} show map {name}")).splitlines()
        return {fields[1]: fields[2] for line in lines if len(fields := line.split()) == 3}

    async def certificates(self, worker: int) -> secure.Seen:
        """What the worker presents and has for it."""
        listed = await self.ask(f"@!{worker} show ssl crt-list {secure.LIST}")
        return secure.parse(listed, await self.ask(f"@!{worker} show ssl cert"))

    async def backends(self, worker: int) -> set[str]:
        """The names of the worker's backends."""
        return set((await self.ask(f"@!{worker} show backend")).split())

    async def description(self, worker: int) -> str:
        """The word that its configuration describes it by, "" when it has none."""
        lines = (await self.ask(f"@!{worker} show info")).splitlines()
        return next((line.partition(": ")[2] for line in lines if line.startswith("description: ")), "")

    async def sessions(self, worker: int) -> dict[str, int]:
        """Requests and connections under way, by server name."""
        return parse_sessions(await self.ask(f"@!{worker} show stat -1 4 -1"))

    async def statistics(self, worker: int) -> str:
        """What it counts of backends (2) and servers (4), as CSV. Raises Unavailable when it has ended."""
        answer = await self.ask(f"@!{worker} show stat -1 6 -1")
        if not answer.startswith("# pxname,"):
            raise Unavailable("the load balancer does not tell its counts", why=f'HAProxy said "{answer[:200]}"')
        return answer

    async def change(self, worker: int, command: str) -> None:
        """Carry out one change. Raises Refused with HAProxy's words when it is not done."""
        answer = await self.ask(f"@!{worker} {command}")
        if answer not in ("", "New server registered.", "Server deleted.", "No such server.") and not DONE.search(
            answer
        ):
            raise Refused(answer)


def parse_processes(text: str) -> Processes:
    """Read `show proc`: a line for each process, under headings that begin with "#"."""
    heading, workers, finishing, reloads = "", [], [], ""
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line
        elif fields := line.split():
            if fields[1] == "master":
                reloads = " ".join(fields[2:5])
            elif heading == "# workers":
                workers.append(int(fields[0]))
            elif heading == "# old workers":
                finishing.append(int(fields[0]))
    return Processes(worker=workers[0] if workers else None, finishing=tuple(finishing), reloads=reloads)


def parse_servers(text: str) -> list[Server]:
    """Read `show servers state`: a version, a line that names the columns after "# ", a line for each server."""
    lines = text.splitlines()
    columns: Sequence[str] = next((line[2:].split() for line in lines if line.startswith("# ")), ())
    rows = (dict(zip(columns, line.split(), strict=False)) for line in lines[2:] if line.strip())
    return [
        Server(
            backend=row["be_name"],
            name=row["srv_name"],
            address=row["srv_addr"],
            port=int(row["srv_port"]),
            admin=int(row["srv_admin_state"]) & ~CONFIGURED,
        )
        for row in rows
    ]


def parse_sessions(text: str) -> dict[str, int]:
    """Read `show stat`: CSV whose first line names the columns after "# "."""
    rows = csv.DictReader(text.removeprefix("# ").splitlines())
    return {row["svname"]: int(row["scur"] or 0) for row in rows}

"""The way to a copy that RDS runs: a relay on a network which leads nowhere else.

The build reaches the copy, and the real database beside it. A container on an ordinary network would reach both, and a
program that has the real one's address from elsewhere than its variables would migrate that. So containers are on a
closed network, and on it stands a relay that passes bytes on to the copy's address and to no other. They call the copy
by its own name, which a file of hosts turns into the relay's address: a certificate is then the right one, too.

The relay is a script in Perl, since PostgreSQL's own image has that and nothing else that listens.
"""

import asyncio
import contextlib
import ipaddress
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from fairway.adapters.docker import names
from fairway.adapters.docker.connection import Refused
from fairway.adapters.docker.creation import LOG, PROCESSES
from fairway.adapters.postgres import scratches
from fairway.adapters.postgres.workshop import Workshop
from fairway.domain.address import Address
from fairway.domain.catalog import Standing
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.databases import Scratch

HOSTS = "/etc/hosts"
MEMORY = 128 * 1024 * 1024
"""Bytes for the relay, whose processes are two for each connection."""
NOBODY = "65534:65534"
PATIENCE, PAUSE = 30.0, 0.05
"""Seconds until the relay has to listen, and between two looks."""
LISTENS = "listens"
RELAY = r"""
use strict;
$| = 1;
$SIG{CHLD} = 'IGNORE';
my ($host, $port) = @ARGV;
my $door = IO::Socket::INET->new(LocalPort => $port, Listen => 64, ReuseAddr => 1) or die "can't listen: $@\n";
print "listens\n";
while (1) {
    my $in = $door->accept or next;
    my $served = fork;
    next if !defined $served || $served;
    my $out = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Timeout => 10) or exit 1;
    my $other = fork;
    exit 1 if !defined $other;
    my ($from, $to) = $other ? ($in, $out) : ($out, $in);
    while (my $read = sysread($from, my $bytes, 65536)) {
        for (my $sent = 0; $sent < $read;) {
            my $more = syswrite($to, $bytes, $read - $sent, $sent);
            exit 1 if !defined $more;
            $sent += $more;
        }
    }
    shutdown($to, 1);
    waitpid($other, 0) if $other;
    exit 0;
}
"""


async def resolve(to: Address) -> str:
    """The address of the database's host. On the closed network nobody answers questions for names. Raises
    Unavailable."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            to.host, to.port, family=socket.AF_INET, type=socket.SOCK_STREAM
        )
    except OSError as error:
        raise Unavailable(f"{to.shown} can't be reached", why=f'there is no host "{to.host}"') from error
    return str(found[0][4][0])


class PostgresLeads:
    """`ports.databases.Leads`. The files of hosts lie below `root`, which nothing else is in; `find` is who knows the
    address of a host. What a killed build has left in Docker is found as a scratch is, by `PostgresScratches.sweep`."""

    def __init__(self, workshop: Workshop, root: Path, find: Callable[[Address], Awaitable[str]] = resolve) -> None:
        self._workshop = workshop
        self._root = root
        self._find = find

    @contextlib.asynccontextmanager
    async def open(
        self, key: str, to: Address, standing: Standing, *, tools: str | None = None
    ) -> AsyncIterator[Scratch]:
        """Raises WorkFailed for no image, or one without Perl; Unavailable for a host that nobody knows."""
        host = await self._find(to)
        image = await self._workshop.image(standing.major, tools, lambda progress: None)
        await scratches.remove(self._workshop, key)
        folder = self._root / key
        try:
            yield await self._start(key, to, host, image, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            await asyncio.shield(scratches.remove(self._workshop, key))

    async def _start(self, key: str, to: Address, host: str, image: str, folder: Path) -> Scratch:
        """The way, once the relay listens."""
        workshop, name = self._workshop, scratches.network_name(self._workshop.instance, key)
        labels = names.scratch_labels(workshop.instance, key)
        network = await workshop.networks.make(name, labels, closed=True)
        await workshop.networks.make(f"{name}-outside", labels, internal=True)
        try:
            container = await workshop.create(name, relay(image, labels, host, to.port))
            joined = {"Container": container}
            await workshop.connection.call("POST", f"/networks/{network}/connect", body=joined)
            await workshop.connection.call("POST", f"/containers/{container}/start")
        except Refused as refusal:
            raise WorkFailed(
                "the way to the copy can't be made",
                why=refusal.message,
                hint=f"{image} needs perl, which PostgreSQL's official images have: tools below [migrations]",
            ) from refusal
        await self._ready(container)
        state = await workshop.connection.call("GET", f"/containers/{container}/json")
        (here,) = (
            each["IPAddress"] for each in state["NetworkSettings"]["Networks"].values() if each["NetworkID"] == network
        )
        return Scratch(
            address=to,
            inside=to.moved(host=here, port=to.port) if is_number(to.host) else to,
            network=name,
            outside=f"{name}-outside",
            mounts=write_hosts(folder, here, to.host),
            hosted=True,
        )

    async def _ready(self, container: str) -> None:
        """Return once it listens. Raises WorkFailed with what it said when it does not."""
        lines: list[str] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while True:
                    state = await self._workshop.connection.call("GET", f"/containers/{container}/json")
                    lines = [*await self._workshop.tail(container)]
                    if LISTENS in lines:
                        return
                    if not state["State"]["Running"]:
                        break
                    await asyncio.sleep(PAUSE)
        raise WorkFailed("the way to the copy did not come about", why=scratches.last(lines), log=lines)


def relay(image: str, labels: Mapping[str, str], host: str, port: int) -> dict[str, Any]:
    """What its container is made from. It begins on Docker's own network, which leads out; the closed one comes to
    it."""
    return {
        "Image": image,
        "Entrypoint": ["perl", "-MIO::Socket::INET", "-e", RELAY],
        "Cmd": [host, str(port)],
        "User": NOBODY,
        "Labels": dict(labels),
        "HostConfig": {
            "NetworkMode": "bridge",
            "Init": False,
            "Memory": MEMORY,
            "MemorySwap": MEMORY,
            "PidsLimit": PROCESSES,
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "SecurityOpt": ["no-new-privileges"],
            "LogConfig": LOG,
            "RestartPolicy": {"Name": "no"},
        },
    }


def write_hosts(folder: Path, here: str, host: str) -> Mapping[str, Path]:
    """The mount by which the copy's name leads to the relay."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "hosts"
    file.write_text(f"127.0.0.1 localhost\n::1 localhost\n{here} {host}\n", encoding="utf-8")
    file.chmod(0o644)
    return {HOSTS: file}


def is_number(host: str) -> bool:
    """Whether a host is an address, which no file of hosts leads elsewhere: then the relay itself is called."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

"""What to tell a running HAProxy so that it does what the table says: a pure comparison.

It starts from what was seen and not from what changed, so that whatever came between (a killed Fairway, a restarted
HAProxy, a person at its socket) is mended by the next change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairway.adapters.haproxy import config
from fairway.adapters.haproxy.table import Table
from fairway.domain.observed import Target, TargetState


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server as a worker has it. `admin` is HAProxy's administrative state: 0 takes traffic, 1 to 7 maintenance,
    8 and more draining."""

    backend: str
    name: str
    address: str
    port: int
    admin: int

    @property
    def path(self) -> str:
        """Its name on HAProxy's command line."""
        return f"{self.backend}/{self.name}"


def commands(table: Table, servers: Sequence[Server], hosts: Mapping[str, str]) -> list[str]:
    """The runtime commands, in an order that never sends a request where nothing is: empty when all is as it should be.

    Host names go before their servers do, and come after them.
    """
    wanted = {path(table, target): target for target in table.targets}
    seen = {server.path: server for server in servers}
    result = remove_hosts(table, hosts)
    for server in servers:
        target = wanted.get(server.path)
        if not target or moved(server, target):
            result += remove(server.path)
    for name, target in wanted.items():
        server_seen = seen.get(name)
        if server_seen and not moved(server_seen, target):
            result += turn(name, target, server_seen.admin)
        else:
            result += add(name, target)
    return result + add_hosts(table, hosts)


def add(name: str, target: Target) -> list[str]:
    """A new server is in maintenance with its check off until it is told otherwise."""
    result = [f"add server {name} {config.join(target.address, target.port)} {config.SERVER}"]
    return result + (turn(name, target, 1) if target.state is TargetState.READY else [])


def turn(name: str, target: Target, admin: int) -> list[str]:
    """From the administrative state to the target's. Maintenance is as good as draining: it takes nothing new."""
    if target.state is TargetState.READY:
        return [f"enable health {name}", f"set server {name} state ready"] if admin else []
    return [] if admin else [f"set server {name} state drain"]


def remove(name: str) -> list[str]:
    """Only a server in maintenance, without a request under way or an idle connection, can be deleted."""
    return [f"set server {name} state drain", f"shutdown sessions server {name}", *delete(name)]


def delete(name: str) -> list[str]:
    """The step from draining to maintenance closes the idle connections; those that fall idle later stay open, so that
    a deletion that was refused is tried again from draining on."""
    return [f"set server {name} state maint", f"del server {name}"]


def remove_hosts(table: Table, seen: Mapping[str, str]) -> list[str]:
    """Take away the host names that have no route any more, and move those that have another."""
    wanted = config.hosts(table)
    gone = [f"del map {config.MAP} {host}" for host in seen if host not in wanted]
    return gone + [
        f"set map {config.MAP} {host} {wanted[host]}" for host in seen if host in wanted and seen[host] != wanted[host]
    ]


def add_hosts(table: Table, seen: Mapping[str, str]) -> list[str]:
    """Name the new hosts."""
    return [f"add map {config.MAP} {host} {slot}" for host, slot in config.hosts(table).items() if host not in seen]


def path(table: Table, target: Target) -> str:
    """The target's name on HAProxy's command line. The table never has a target without its route."""
    slot = table.slot(target.app, target.environment, target.service)
    if slot is None:
        raise ValueError(f"target {target.task} has no route")
    return f"{config.slot_name(slot)}/{target.task}"


def moved(server: Server, target: Target) -> bool:
    """Whether the server's address is another than the target's."""
    return (server.address, server.port) != (target.address, target.port)

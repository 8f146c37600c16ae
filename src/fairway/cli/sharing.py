"""The servers that share the work, as `fairway server status` and `fairway doctor` show them.

In comes what `GET /api/v1/server` says of each (`wire.server.Lease`); out go lines, and a check.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fairway.cli import output
from fairway.ports.host import Check, CheckState
from fairway.wire import words

FORGOTTEN = 24 * 3600.0
"""Seconds after which a server that has lost its lease is not shown any more."""

Server = Mapping[str, Any]


def shown(servers: Sequence[Server], now: float) -> list[Server]:
    """Those that are there, and those that were lately."""
    return [each for each in servers if not each["lost"] or now - each["renewed_at"] < FORGOTTEN]


def lines(servers: Sequence[Server], now: float) -> list[str]:
    """A line for each; none where nothing is shared."""
    if not (known := shown(servers, now)):
        return []
    width = max(len(each["url"]) for each in known)
    return ["  servers    that share the work", *(f"    {line(each, width, now)}" for each in known)]


def line(server: Server, width: int, now: float) -> str:
    """Where it is, how its lease does, and which apps it has."""
    name = output.clean(f"{server['url']:<{width}}  {server['name']}")
    apps = f"; {', '.join(server['apps'])}" if server["apps"] else "; no apps"
    here = "  (this one)" if server["here"] else ""
    return f"{name}  {server['server']}  {state(server, now)}{apps}{here}"


def state(server: Server, now: float) -> str:
    """How its lease does, in words."""
    number = f"lease {server['number']}"
    if server["lost"]:
        return f"{number} lost, last renewed {words.duration(max(0.0, now - server['renewed_at']))} ago"
    if server["expired"]:
        return f"{number} ran out {words.duration(max(0.0, now - server['expires_at']))} ago"
    return f"{number} for {words.duration(max(0.0, server['expires_at'] - now))}"


def check(servers: Sequence[Server], now: float) -> Sequence[Check]:
    """The check "shared work"; none where nothing is shared. A server that is gone does not make this host unfit."""
    if not (known := shown(servers, now)):
        return []
    gone = [each for each in known if each["lost"] or each["expired"]]
    if not gone:
        there = words.count(len(known), "server")
        return [Check(name="shared work", state=CheckState.OK, seen=f"{there}, each with its lease")]
    seen = "; ".join(f"{each['url']} on {output.clean(each['name'])}: {state(each, now)}" for each in gone)
    fix = "start it there, or leave its apps to the others: fairway server start"
    return [Check(name="shared work", state=CheckState.BROKEN, seen=seen, fix=fix, needed=False)]

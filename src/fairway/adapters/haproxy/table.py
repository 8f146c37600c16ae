"""What the load balancer should do, as one frozen value: routes, and the targets behind them.

It is the truth that lies on disk; the configuration, the map of host names and what HAProxy has in its memory are all
made from it. Every change gives a new table, or raises and changes nothing.

Each route has a *slot*: one of the empty backends that HAProxy was started with. HAProxy can be given servers and host
names while it runs, but no backend, so a new environment takes the next free slot instead of a reload.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import ip_address

from fairway.domain.ids import TaskId
from fairway.domain.observed import Target, TargetState
from fairway.errors import Conflict, NotFound, UsageError
from fairway.ports.balancer import Route

SLOTS = 32
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
TASK = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slotted:
    """A route with the number of its backend."""

    slot: int
    route: Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """A host name with the file of its key and certificate, and the certificate's fingerprint."""

    host: str
    file: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`slots` is how many backends there are, numbered from 0; `cursor` the one that the next route tries first.

    The cursor goes round, so that a slot that was given back rests as long as possible: a request that still waits in
    it for a retry must not meet another app's targets.
    """

    slots: int = SLOTS
    cursor: int = 0
    routes: tuple[Slotted, ...] = ()
    targets: tuple[Target, ...] = ()
    presented: tuple[Presented, ...] = ()
    thumbprint: str = ""
    """Of the account whose challenges are answered."""

    def slot(self, app: str, environment: str, service: str) -> int | None:
        """The slot of the service's route, None when it has none."""
        wanted = (app, environment, service)
        return next((entry.slot for entry in self.routes if key(entry.route) == wanted), None)

    def target(self, task: str) -> Target | None:
        """The task's target, or None."""
        return next((target for target in self.targets if target.task == task), None)

    def with_route(self, route: Route) -> "Table":
        """With the route, or without it and its targets when it has no hosts. Raises Conflict, UsageError."""
        hosts = tuple(dict.fromkeys(clean_host(host) for host in route.hosts))
        if not hosts:
            return self._without_route(route)
        self._refuse_taken(route, hosts)
        slot = self.slot(*key(route))
        table = self if slot is not None else self._with_room()
        if slot is None:
            slot = table._free_slot()
            table = replace(table, cursor=(slot + 1) % table.slots)
        others = tuple(entry for entry in table.routes if key(entry.route) != key(route))
        entry = Slotted(slot=slot, route=replace(route, hosts=hosts))
        return replace(table, routes=tuple(sorted((*others, entry), key=lambda each: each.slot)))

    def presenting(self, wanted: Presented) -> "Table":
        """With the certificate in place of its host's former one."""
        others = (each for each in self.presented if each.host != wanted.host)
        return replace(self, presented=tuple(sorted((*others, wanted), key=lambda each: each.host)))

    def not_presenting(self, host: str) -> "Table":
        """Without a certificate for the host."""
        return replace(self, presented=tuple(each for each in self.presented if each.host != host))

    def with_target(self, target: Target) -> "Table":
        """With the target taking traffic. Raises NotFound when its service has no route, UsageError for nonsense."""
        if self.slot(*key(target)) is None:
            raise NotFound(
                f"{target.service} of {target.app} in {target.environment} has no route",
                why=f"task {target.task} can't be given traffic before the load balancer knows a host name for it",
            )
        address = check_target(target)
        others = (each for each in self.targets if each.task != target.task)
        return self._with_targets((*others, replace(target, address=address, state=TargetState.READY, sessions=0)))

    def draining(self, task: TaskId) -> "Table":
        """With the task's target draining, if there is one."""
        return self._with_targets(
            replace(each, state=TargetState.DRAINING) if each.task == task else each for each in self.targets
        )

    def without_target(self, task: TaskId) -> "Table":
        """Without the task's target."""
        return self._with_targets(each for each in self.targets if each.task != task)

    def _with_targets(self, targets: Iterable[Target]) -> "Table":
        return replace(self, targets=tuple(sorted(targets, key=lambda target: (key(target), target.task))))

    def _without_route(self, route: Route) -> "Table":
        routes = tuple(entry for entry in self.routes if key(entry.route) != key(route))
        return replace(self, routes=routes)._with_targets(each for each in self.targets if key(each) != key(route))

    def _refuse_taken(self, route: Route, hosts: Iterable[str]) -> None:
        taken = {host: entry.route for entry in self.routes for host in entry.route.hosts}
        for host in hosts:
            owner = taken.get(host)
            if owner and key(owner) != key(route):
                raise Conflict(
                    f"{host} belongs to {owner.app} already",
                    why=f"its requests go to {owner.service} of {owner.app} in {owner.environment}",
                    hint="take the host name out of one of the two environments' domains",
                )

    def _with_room(self) -> "Table":
        return self if len(self.routes) < self.slots else replace(self, slots=self.slots * 2, cursor=self.slots)

    def _free_slot(self) -> int:
        used = {entry.slot for entry in self.routes}
        order = ((self.cursor + step) % self.slots for step in range(self.slots))
        return next(slot for slot in order if slot not in used)


def key(thing: Route | Target) -> tuple[str, str, str]:
    """What a route is known by, and what a target finds its route by."""
    return thing.app, thing.environment, thing.service


def clean_host(host: str) -> str:
    """The host name as it is compared: lower case, no dot at the end. Raises UsageError when it is none."""
    name = host.strip().lower().rstrip(".")
    if HOST.fullmatch(name):
        return name
    raise UsageError(
        f'"{host}" is no host name',
        why="it has letters, digits, dashes and dots only, without a scheme, port or path",
        hint="a name in another script is written in its ASCII form, xn--…",
    )


def check_target(target: Target) -> str:
    """The target's address as HAProxy writes it. Raises UsageError for what must not reach HAProxy's command line."""
    if not TASK.fullmatch(target.task):
        raise UsageError(f'"{target.task}" is no task id')
    if not 1 <= target.port <= 65535:
        raise UsageError(f"task {target.task} has no TCP port but {target.port}")
    try:
        return str(ip_address(target.address))
    except ValueError as error:
        raise UsageError(f'task {target.task} has no IP address but "{target.address}"') from error

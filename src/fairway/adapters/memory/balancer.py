"""A load balancer in memory: routes and targets in two dictionaries, and sessions that a test sets."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.adapters.memory.faults import Faults
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.observed import Target, TargetState
from fairway.errors import Conflict, NotFound
from fairway.ports.balancer import Route

Key = tuple[AppName, EnvironmentName, ServiceName]


class MemoryBalancer:
    """`ports.balancer.Balancer`. Its methods can be made to fail, hang and lie with `faults`."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.sessions: dict[TaskId, int] = {}
        self._routes: dict[Key, Route] = {}
        self._targets: dict[TaskId, Target] = {}

    async def set_route(self, route: Route) -> None:
        """Create, change or (without hosts) take away. Raises Conflict when a host belongs to another route."""
        if await self.faults.meet("set_route"):
            return
        if not route.hosts:
            self._routes.pop(key(route), None)
            self._targets = {task: each for task, each in self._targets.items() if key(each) != key(route)}
            return
        hosts = tuple(dict.fromkeys(host.lower() for host in route.hosts))
        for owner in self._routes.values():
            if key(owner) != key(route) and (taken := set(owner.hosts) & set(hosts)):
                raise Conflict(
                    f"{min(taken)} belongs to {owner.app} already",
                    why=f"its requests go to {owner.service} of {owner.app} in {owner.environment}",
                )
        self._routes[key(route)] = replace(route, hosts=hosts)

    async def routes(self) -> Sequence[Route]:
        """The routes there are."""
        await self.faults.meet("routes")
        return list(self._routes.values())

    async def targets(self) -> Sequence[Target]:
        """Every target, with the sessions that were set for it."""
        await self.faults.meet("targets")
        return [replace(each, sessions=self.sessions.get(each.task, 0)) for each in self._targets.values()]

    async def attach(self, target: Target) -> None:
        """Give it traffic. Raises NotFound when its service has no route."""
        if await self.faults.meet("attach"):
            return
        if key(target) not in self._routes:
            raise NotFound(f"{target.service} of {target.app} in {target.environment} has no route")
        self._targets[target.task] = replace(target, state=TargetState.READY, sessions=0)

    async def drain(self, task: TaskId) -> None:
        """No new request. One that is not there is no error."""
        if await self.faults.meet("drain"):
            return
        if target := self._targets.get(task):
            self._targets[task] = replace(target, state=TargetState.DRAINING)

    async def detach(self, task: TaskId) -> None:
        """Take it off. One that is not there is no error."""
        if await self.faults.meet("detach"):
            return
        self._targets.pop(task, None)


def key(thing: Route | Target) -> Key:
    """What a route is known by, and what a target finds its route by."""
    return thing.app, thing.environment, thing.service

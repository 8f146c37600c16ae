"""The load balancer: routes by host name, and targets that come, drain and go without a dropped request."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.observed import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Requests for any of `hosts` go to the targets of the service. `closed`: to none of them; who asks gets a page
    that says that the app is closed for a moment. `redirect`: plain ones are sent on to HTTPS, for those of the hosts
    that have a certificate."""

    app: AppName
    environment: EnvironmentName
    service: ServiceName
    hosts: tuple[str, ...]
    closed: bool = False
    redirect: bool = True


class Unbalanced:
    """A `Balancer` that has nothing, for engines that send their services' requests themselves."""

    async def set_route(self, route: Route) -> None:
        """Never asked for: their plans have no routes."""
        raise AssertionError(f"no route of {route.service} is Fairway's to set")

    async def routes(self) -> Sequence[Route]:
        """None."""
        return ()

    async def targets(self) -> Sequence[Target]:
        """None."""
        return ()

    async def attach(self, target: Target) -> None:
        """Never asked for: their plans have no targets."""
        raise AssertionError(f"no target of {target.service} is Fairway's to attach")

    async def drain(self, task: TaskId) -> None:
        """There is none."""

    async def detach(self, task: TaskId) -> None:
        """There is none."""


class Balancer(Protocol):
    """Every method can be repeated: done twice is the same as done once. All raise Unavailable when it is down."""

    async def set_route(self, route: Route) -> None:
        """Create the route, or change its hosts. A route without hosts is taken away with its targets.

        Raises Conflict when a host belongs to another route, naming it.
        """
        ...

    async def routes(self) -> Sequence[Route]:
        """The routes there are."""
        ...

    async def targets(self) -> Sequence[Target]:
        """Every target, with its state and its sessions."""
        ...

    async def attach(self, target: Target) -> None:
        """Give it traffic, from when this returns. Its route exists."""
        ...

    async def drain(self, task: TaskId) -> None:
        """No new request from when this returns; what is under way goes on. One that is not there is no error."""
        ...

    async def detach(self, task: TaskId) -> None:
        """Take it off, whatever it has under way. One that is not there is no error."""
        ...

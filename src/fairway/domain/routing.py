"""Which service an environment's host names lead to, and what has to change so that they do.

There is one route for each environment. It is made before its first target, changed in place, and moved to another
service only when that one has a healthy task. It is taken away when the last task behind it is gone. It is closed as
soon as the environment is, before the first task is stopped, and opened when one takes requests again.
"""

from collections.abc import Collection, Mapping

from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import ServiceName
from fairway.domain.operation import SetRoute

WEB = "web"


def routed_service(desired: DesiredEnvironment | None) -> ServiceName | None:
    """The service that gets the requests: `web` when it has a port, else the only one that has; None without hosts."""
    if desired is None or not desired.hosts:
        return None
    listening = [each.spec.service for each in desired.services if each.spec.port is not None]
    if WEB in listening:
        return ServiceName(WEB)
    return listening[0] if len(listening) == 1 else None


def plan_routes(
    desired: DesiredEnvironment | None,
    routes: Mapping[ServiceName, tuple[str, ...]],
    closed: Collection[ServiceName] = (),
    plain: Collection[ServiceName] = (),
    *,
    arrived: bool,
    serving: bool,
    behind: Collection[ServiceName],
) -> list[SetRoute]:
    """The changes, those that free a host name first. `routes`, `closed` and `plain` are as observed.

    `arrived` says whether every desired service has a healthy task, `serving` whether the one that gets the requests
    has a task behind it already, or wants none; `behind` which services still have live tasks.
    """
    routed = routed_service(desired)
    wanted = {service.spec.service for service in desired.services} if desired else set()
    moving = routed is not None and routed not in routes and bool(routes)
    changes = []
    for service in sorted(routes):
        if service == routed:
            continue
        if moving:
            if arrived:
                changes.append(SetRoute(service=service, hosts=(), cause=f"its requests go to {routed} now"))
        elif service in wanted:
            changes.append(SetRoute(service=service, hosts=(), cause="the service takes no requests any more"))
        elif service not in behind:
            changes.append(SetRoute(service=service, hosts=(), cause="no task is left behind it"))
    if routed is not None and desired is not None and (arrived or not moving):
        closing = desired.closed or (routed in closed and not serving)
        seen = routes.get(routed)
        cause = why_set(desired.hosts, seen, closing=closing, closed=routed in closed)
        if not cause and desired.redirect is (routed in plain):
            cause = f"plain requests are {'sent on to HTTPS' if desired.redirect else 'served'} from now on"
        if cause:
            set_route = SetRoute(
                service=routed, hosts=desired.hosts, closed=closing, redirect=desired.redirect, cause=cause
            )
            changes.append(set_route)
    return changes


def why_set(hosts: tuple[str, ...], seen: tuple[str, ...] | None, *, closing: bool, closed: bool) -> str:
    """Why the route is made or changed, "" when it is as it should be. The order and the case of the names mean
    nothing."""
    if seen is None:
        return "the environment has no route yet"
    if {host.lower() for host in hosts} != {host.lower() for host in seen}:
        return "its host names changed"
    if closing and not closed:
        return "the environment is closed"
    return "the environment is open again" if closed and not closing else ""

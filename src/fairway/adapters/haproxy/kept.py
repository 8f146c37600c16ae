"""The table as JSON values, as it lies on disk. What an older Fairway wrote is read too."""

from dataclasses import asdict
from typing import Any

from fairway.adapters.haproxy.table import Presented, Slotted, Table
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.observed import Target, TargetState
from fairway.ports.balancer import Route


def dump(table: Table) -> dict[str, Any]:
    """The table as JSON values."""
    return {
        "slots": table.slots,
        "cursor": table.cursor,
        "routes": [
            {
                "slot": entry.slot,
                **labels(route),
                "hosts": list(route.hosts),
                "closed": route.closed,
                "redirect": route.redirect,
            }
            for entry in table.routes
            for route in (entry.route,)
        ],
        "targets": [
            {
                "task": target.task,
                **labels(target),
                "address": target.address,
                "port": target.port,
                "state": target.state,
            }
            for target in table.targets
        ],
        "presented": [asdict(each) for each in table.presented],
        "thumbprint": table.thumbprint,
    }


def load(values: dict[str, Any]) -> Table:
    """The table that was dumped. Raises KeyError, TypeError or ValueError for anything else."""
    routes = [
        Slotted(
            slot=int(each["slot"]),
            # A table of before routes could be closed, or be redirected, has no word for it.
            route=Route(
                **unlabel(each),
                hosts=tuple(each["hosts"]),
                closed=bool(each.get("closed", False)),
                redirect=bool(each.get("redirect", True)),
            ),
        )
        for each in values["routes"]
    ]
    targets = [
        Target(
            task=TaskId(each["task"]),
            **unlabel(each),
            address=each["address"],
            port=int(each["port"]),
            state=TargetState(each["state"]),
        )
        for each in values["targets"]
    ]
    # A table of before there was TLS has no word for it.
    presented = [
        Presented(host=str(each["host"]), file=str(each["file"]), fingerprint=str(each["fingerprint"]))
        for each in values.get("presented", ())
    ]
    return Table(
        slots=int(values["slots"]),
        cursor=int(values["cursor"]),
        routes=tuple(routes),
        targets=tuple(targets),
        presented=tuple(presented),
        thumbprint=str(values.get("thumbprint", "")),
    )


def labels(thing: Route | Target) -> dict[str, str]:
    """The three names that a route and a target share."""
    return {"app": thing.app, "environment": thing.environment, "service": thing.service}


def unlabel(values: dict[str, Any]) -> dict[str, Any]:
    """The three names, typed."""
    return {
        "app": AppName(values["app"]),
        "environment": EnvironmentName(values["environment"]),
        "service": ServiceName(values["service"]),
    }

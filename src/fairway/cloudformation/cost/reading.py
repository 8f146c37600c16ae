"""A stack as the pricing reads it: its resources, and what their properties refer to.

A template's functions are not computed. What a reference leads to is looked up by name; where that can't be (a list of
subnets that is another stack's output), the reader says what is supposed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fairway.cloudformation.cost.prices import Prices
from fairway.domain.aws.cost import HOURS, Item, Range, Unit
from fairway.domain.aws.stack import Stack
from fairway.domain.aws.wanted import ZONES

NAMED = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")
Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What is supposed of a month, where only use decides: LCUs of each load balancer in each hour; GB that each NAT
    gateway and each endpoint hands on, that each log takes in, that images take; pushes, and the minutes of a build, of
    a deployment and of an action of one's own."""

    lcus: float = 1.0
    nat_gb: float = 10.0
    endpoint_gb: float = 1.0
    log_gb: float = 1.0
    images_gb: float = 5.0
    pushes: int = 30
    build_minutes: int = 5
    deploy_minutes: int = 5
    action_minutes: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One stack, with the prices of its region and what is supposed of its use."""

    stack: Stack
    prices: Prices
    usage: Usage

    def resources(self, kind: str) -> Iterator[tuple[str, Properties]]:
        """The resources of a type, with their properties."""
        for name, resource in self.stack.template.get("Resources", {}).items():
            if resource["Type"] == kind:
                yield name, resource.get("Properties", {})

    def properties(self, name: str | None) -> Properties:
        """Those of one resource; none when there is no such resource."""
        resources: Mapping[str, Any] = self.stack.template.get("Resources", {})
        found: Properties = resources.get(name or "", {}).get("Properties", {})
        return found

    def count(self, subnets: Any) -> int:
        """How many subnets a list has. One that another stack hands over has as many as there are zones."""
        if isinstance(subnets, list):
            return len(subnets)
        given = self.stack.parameters.get(reference(subnets) or "")
        return len(given.split(",")) if isinstance(given, str) else ZONES

    def hourly(self, resource: str, what: str, price: str, count: Range, unit: Unit = Unit.HOUR) -> Item:
        """An item that runs all the month, `count` times."""
        return self.item(resource, what, price, unit, count.times(HOURS))

    def item(self, resource: str, what: str, price: str, unit: Unit, quantity: Range | None, assumed: str = "") -> Item:
        """An item at the price of that name."""
        return Item(
            stack=self.stack.name,
            resource=resource,
            what=what,
            unit=unit,
            quantity=quantity,
            price=self.prices.of(price),
            assumed=assumed,
        )

    def addresses(self, resource: str, count: Range) -> Item:
        """Public IPv4 addresses."""
        return self.hourly(resource, "public IPv4 addresses", "ipv4.hour", count)


def reference(value: Any) -> str | None:
    """The name in `{"Ref": …}`, None for anything else."""
    return str(value["Ref"]) if isinstance(value, dict) and "Ref" in value else None


def references(value: Any) -> list[str]:
    """The names in `{"Fn::Sub": "…"}`, in their order; none of anything else."""
    text = value.get("Fn::Sub") if isinstance(value, dict) else None
    return NAMED.findall(text) if isinstance(text, str) else []


def number(value: Any, default: float) -> float:
    """A number that a template may have as text; `default` for a function, and for nothing."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return default

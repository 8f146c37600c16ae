"""The price table: what AWS charges for a unit in a region, as of a date.

`prices.json` says where its figures come from. A price that it lacks is None, and the item says so; nothing is scaled
from another region, another size, or an older list.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The prices of one region, in USD, by name (`alb.hour`)."""

    region: str
    date: str
    usd: Mapping[str, float]

    def of(self, name: str) -> float | None:
        """The price, None when the table does not have it."""
        return self.usd.get(name)


def of_region(region: str) -> Prices:
    """The prices of a region; of one that the table lacks, those that are the same everywhere."""
    table = _table()
    own: Mapping[str, float] = table["regions"].get(region, {})
    return Prices(region=region, date=table["date"], usd={**table["everywhere"], **own})


def regions() -> tuple[str, ...]:
    """The regions that the table has prices of."""
    return tuple(_table()["regions"])


@cache
def _table() -> Mapping[str, Any]:
    text = resources.files("fairway.cloudformation.cost").joinpath("prices.json").read_text(encoding="utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table

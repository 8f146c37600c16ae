"""What an app on AWS costs in a month, item by item, and how two such estimates differ. USD before tax and discounts.

An amount is a range: from the fewest tasks and instances to the most that scaling may make of them. What nobody can
know beforehand (traffic, logs, builds) is assumed, and each item says what it assumes; or it is only a rate.
"""

from dataclasses import dataclass
from enum import StrEnum

HOURS = 730
"""Hours of a month: 8760 a year, by 12."""
CENT = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """From `low` to `high`."""

    low: float
    high: float

    def __add__(self, other: "Range") -> "Range":
        return Range(low=self.low + other.low, high=self.high + other.high)

    def times(self, factor: float) -> "Range":
        """Both ends by a factor from 0 on."""
        return Range(low=self.low * factor, high=self.high * factor)


def exactly(value: float) -> Range:
    """A range of one value."""
    return Range(low=value, high=value)


NOTHING = exactly(0.0)


class Unit(StrEnum):
    """What is counted, and priced."""

    HOUR = "hour"
    VCPU_HOUR = "vCPU-hour"
    GB_HOUR = "GB-hour"
    GB_MONTH = "GB-month"
    GB = "GB"
    MONTH = "month"
    MINUTE = "minute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that is charged for.

    `quantity` is how many units a month has, None: only use decides, and `price` is a rate. `price` None: the table
    does not have it. `assumed` says what the quantity, or the price, supposes; "" when nothing.
    """

    stack: str
    resource: str
    what: str
    unit: Unit
    quantity: Range | None
    price: float | None
    assumed: str = ""

    @property
    def monthly(self) -> Range | None:
        """USD a month; None when there is no quantity or no price."""
        if self.quantity is None or self.price is None:
            return None
        return self.quantity.times(self.price)

    @property
    def unknown(self) -> bool:
        """Whether it costs something that the sum lacks."""
        return self.price is None and self.quantity is not None

    @property
    def key(self) -> tuple[str, str, str]:
        """By which it is found again in another estimate."""
        return self.stack, self.resource, self.what


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The items, in the stacks' order. `date` is that of the price table."""

    region: str
    date: str
    items: tuple[Item, ...] = ()

    @property
    def total(self) -> Range:
        """The sum of what is known."""
        return sum((item.monthly or NOTHING for item in self.items), NOTHING)

    @property
    def unknown(self) -> tuple[Item, ...]:
        """What the sum lacks: with any of it, the sum is "at least"."""
        return tuple(item for item in self.items if item.unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One item in both estimates; None: it is not there, or not known."""

    stack: str
    resource: str
    what: str
    before: Range | None
    after: Range | None

    @property
    def by(self) -> Range:
        """How many USD a month more, each end by itself."""
        before, after = self.before or NOTHING, self.after or NOTHING
        return Range(low=after.low - before.low, high=after.high - before.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """From one estimate to another: the items that cost something else, and the sum of that. `unknown` names what
    changes too and has no price, so that the sum lacks it."""

    items: tuple[Changed, ...]
    total: Range
    unknown: tuple[str, ...] = ()


def difference(before: Estimate, after: Estimate) -> Difference:
    """What changes from `before` to `after`, the largest change first. What changes by less than a cent is left out."""
    old, new = ({item.key: item for item in each.items} for each in (before, after))
    keys = [key for key in dict.fromkeys((*new, *old)) if old.get(key) != new.get(key)]
    priced = [key for key in keys if not _unknown(old.get(key)) and not _unknown(new.get(key))]
    changed = [
        Changed(stack=key[0], resource=key[1], what=key[2], before=_monthly(old.get(key)), after=_monthly(new.get(key)))
        for key in priced
    ]
    told = [each for each in changed if max(abs(each.by.low), abs(each.by.high)) >= CENT]
    told.sort(key=lambda each: (-max(abs(each.by.low), abs(each.by.high)), each.stack, each.resource, each.what))
    return Difference(
        items=tuple(told),
        total=sum((each.by for each in changed), NOTHING),
        unknown=tuple(dict.fromkeys(key[2] for key in keys if key not in priced)),
    )


def _unknown(item: Item | None) -> bool:
    return item is not None and item.unknown


def _monthly(item: Item | None) -> Range | None:
    return None if item is None else item.monthly

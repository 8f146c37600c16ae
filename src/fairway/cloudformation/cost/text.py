"""An estimate as a person reads it, and as JSON; and what changes from one to another."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from fairway.domain.aws.cost import NOTHING, Difference, Estimate, Item, Range, Unit, exactly

PLURAL = {
    "month": "months",
    "hour": "hours",
    "minute": "minutes",
    "vCPU-hour": "vCPU-hours",
    "GB-hour": "GB-hours",
    "GB-month": "GB-months",
}
ONE = exactly(1.0)


def lines(estimate: Estimate) -> list[str]:
    """The items under their stacks, what is assumed, the rates, and the sum at the end."""
    result: list[str] = []
    for stack, items in groupby((item for item in estimate.items if item.quantity is not None), key=_stack):
        result.append(stack)
        result += [_line(item) for item in items]
    for heading, told in (("Assumed of a month", _assumptions(estimate)), ("Besides, by use", _rates(estimate))):
        if found := list(dict.fromkeys(told)):
            result += [heading, *found]
    return [*result, summary(estimate)]


def summary(estimate: Estimate) -> str:
    """`At least 61.03 to 83.10 USD a month in eu-central-1, …`."""
    least = "At least " if estimate.unknown else ""
    told = f"{least}{amount(estimate.total)} USD a month in {estimate.region}, before tax; prices of {estimate.date}"
    if not estimate.unknown:
        return told
    what = ", ".join(dict.fromkeys(item.what for item in estimate.unknown))
    return f"{told}. Not in the price table: {what}"


def amount(value: Range) -> str:
    """`12.40`, `12.40 to 36.00`."""
    low, high = f"{value.low:.2f}", f"{value.high:.2f}"
    return low if low == high else f"{low} to {high}"


def difference_lines(difference: Difference) -> list[str]:
    """What costs more and what less, and the sum; one line when nothing does."""
    result = [
        f"  {signed(each.by):>20}  {each.what} ({each.resource}), {_from_to(each.before, each.after)}"
        for each in difference.items
    ]
    lacking = f"; not in the price table: {', '.join(difference.unknown)}" if difference.unknown else ""
    if not result and not lacking:
        return ["It costs the same as now"]
    return [*result, f"{signed(difference.total)} USD a month against now{lacking}"]


def signed(value: Range) -> str:
    """`+12.40`, `-3.65`, `+12.40 to +36.00`."""
    low, high = f"{value.low:+.2f}", f"{value.high:+.2f}"
    return low if low == high else f"{low} to {high}"


def document(estimate: Estimate) -> dict[str, Any]:
    """The estimate in JSON; `monthly` is null of a rate, and of what has no price."""
    return {
        "currency": "USD",
        "region": estimate.region,
        "prices_of": estimate.date,
        "monthly": _ends(estimate.total),
        "complete": not estimate.unknown,
        "items": [
            {
                "stack": item.stack,
                "resource": item.resource,
                "what": item.what,
                "unit": item.unit.value,
                "quantity": None if item.quantity is None else _ends(item.quantity),
                "unit_price": item.price,
                "monthly": None if item.monthly is None else _ends(item.monthly),
                "assumed": item.assumed or None,
            }
            for item in estimate.items
        ],
    }


def difference_document(difference: Difference) -> dict[str, Any]:
    """The difference in JSON."""
    return {
        "monthly": _ends(difference.total),
        "complete": not difference.unknown,
        "items": [
            {
                "stack": each.stack,
                "resource": each.resource,
                "what": each.what,
                "before": None if each.before is None else _ends(each.before),
                "after": None if each.after is None else _ends(each.after),
            }
            for each in difference.items
        ],
    }


def _stack(item: Item) -> str:
    return item.stack


def _line(item: Item) -> str:
    """`  NatGateway1   NAT gateway   730 hours at 0.052   37.96`; what is assumed has a star."""
    quantity = item.quantity or NOTHING
    unit = item.unit.value if quantity == ONE else PLURAL.get(item.unit.value, item.unit.value)
    price = "price unknown" if item.price is None else f"at {item.price:g}"
    told = "?" if item.monthly is None else amount(item.monthly)
    what = f"{item.what} *" if item.assumed else item.what
    return f"  {item.resource:<24} {what:<34} {_count(quantity)} {unit} {price}".ljust(96) + f"{told:>20}"


def _assumptions(estimate: Estimate) -> Iterator[str]:
    for item in estimate.items:
        if item.assumed and item.quantity is not None:
            yield f"  * {item.what}: {item.assumed}"


def _rates(estimate: Estimate) -> Iterator[str]:
    for item in estimate.items:
        if item.quantity is None:
            told = "not in the price table"
            if item.price is not None:
                told = f"{item.price:.4g} USD {'an' if item.unit is Unit.HOUR else 'a'} {item.unit.value}"
            yield f"  {item.resource:<24} {item.what}: {told}" + (f"; {item.assumed}" if item.assumed else "")


def _count(value: Range) -> str:
    """`730`, `182.5 to 1,460`."""
    low, high = (f"{end:,.2f}".rstrip("0").rstrip(".") for end in (value.low, value.high))
    return low if low == high else f"{low} to {high}"


def _from_to(before: Range | None, after: Range | None) -> str:
    if before is None:
        return f"new: {amount(after or NOTHING)}"
    return "gone" if after is None else f"{amount(before)} now, then {amount(after)}"


def _ends(value: Range) -> dict[str, float]:
    return {"low": round(value.low, 4), "high": round(value.high, 4)}

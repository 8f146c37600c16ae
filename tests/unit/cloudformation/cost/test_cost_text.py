"""An estimate as lines and as JSON."""

import json

from fairway.cloudformation.cost import text
from fairway.domain.aws.cost import Estimate, Item, Range, Unit, difference, exactly


def item(what: str, unit: Unit, quantity: Range | None, price: float | None, assumed: str = "") -> Item:
    return Item(
        stack="fairway-a-x", resource="R", what=what, unit=unit, quantity=quantity, price=price, assumed=assumed
    )


NAT = item("NAT gateway", Unit.HOUR, exactly(730), 0.052)
TASKS = item("Fargate memory, x86_64", Unit.GB_HOUR, Range(low=365, high=1460), 0.00511)
DATA = item("NAT gateway, data", Unit.GB, exactly(10), 0.052, "10 GB")
RATE = item("traffic out to the internet", Unit.GB, None, 0.09, "100 GB are free")
LOST = item("RDS db.m9g.large", Unit.HOUR, exactly(730), None)


def estimate(*items: Item) -> Estimate:
    return Estimate(region="eu-central-1", date="2026-09-30", items=items)


def test_items_assumptions_rates_and_the_sum() -> None:
    found = [" ".join(line.split()) for line in text.lines(estimate(NAT, TASKS, DATA, RATE))]

    assert found == [
        "fairway-a-x",
        "R NAT gateway 730 hours at 0.052 37.96",
        "R Fargate memory, x86_64 365 to 1,460 GB-hours at 0.00511 1.87 to 7.46",
        "R NAT gateway, data * 10 GB at 0.052 0.52",
        "Assumed of a month",
        "* NAT gateway, data: 10 GB",
        "Besides, by use",
        "R traffic out to the internet: 0.09 USD a GB; 100 GB are free",
        "40.35 to 45.94 USD a month in eu-central-1, before tax; prices of 2026-09-30",
    ]


def test_with_something_unknown_the_sum_is_at_least_so_much() -> None:
    told = text.lines(estimate(NAT, LOST))

    assert " ".join(told[2].split()) == "R RDS db.m9g.large 730 hours price unknown ?"
    assert told[-1] == (
        "At least 37.96 USD a month in eu-central-1, before tax; prices of 2026-09-30. "
        "Not in the price table: RDS db.m9g.large"
    )


def test_a_difference_says_what_is_new_and_what_is_gone() -> None:
    more = item("Fargate memory, x86_64", Unit.GB_HOUR, Range(low=730, high=1460), 0.00511)

    found = [" ".join(line.split()) for line in text.difference_lines(difference(estimate(NAT, TASKS), estimate(more)))]

    assert found == [
        "-37.96 NAT gateway (R), gone",
        "+1.87 to +0.00 Fargate memory, x86_64 (R), 1.87 to 7.46 now, then 3.73 to 7.46",
        "-36.09 to -37.96 USD a month against now",
    ]
    assert text.difference_lines(difference(estimate(NAT), estimate(NAT))) == ["It costs the same as now"]


def test_a_difference_that_lacks_a_price_says_so() -> None:
    told = text.difference_lines(difference(estimate(NAT), estimate(NAT, LOST)))

    assert told == ["+0.00 USD a month against now; not in the price table: RDS db.m9g.large"]


def test_the_documents_have_every_item_and_nothing_that_json_lacks() -> None:
    document = json.loads(json.dumps(text.document(estimate(NAT, LOST, RATE))))

    assert document["monthly"] == {"low": 37.96, "high": 37.96}
    assert document["complete"] is False
    assert [each["monthly"] for each in document["items"]] == [{"low": 37.96, "high": 37.96}, None, None]
    assert document["items"][2]["unit_price"] == 0.09
    assert text.difference_document(difference(estimate(), estimate(NAT)))["items"][0]["before"] is None

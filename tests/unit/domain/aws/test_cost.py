"""Sums of items, and what changes between two of them."""

from fairway.domain.aws.cost import NOTHING, Changed, Estimate, Item, Range, Unit, difference, exactly


def item(what: str, quantity: Range | None, price: float | None, resource: str = "R") -> Item:
    return Item(stack="s", resource=resource, what=what, unit=Unit.HOUR, quantity=quantity, price=price)


def estimate(*items: Item) -> Estimate:
    return Estimate(region="eu-central-1", date="2026-09-30", items=items)


def test_the_sum_is_of_both_ends() -> None:
    found = estimate(item("a", Range(low=10, high=20), 0.5), item("b", exactly(4), 1.0))

    assert found.total == Range(low=9.0, high=14.0)
    assert found.unknown == ()


def test_what_has_no_price_is_missing_from_the_sum_and_said() -> None:
    found = estimate(item("a", exactly(1), 2.0), item("b", exactly(1), None))

    assert found.total == exactly(2.0)
    assert [each.what for each in found.unknown] == ["b"]


def test_a_rate_is_neither_in_the_sum_nor_missing_from_it() -> None:
    found = estimate(item("a", None, 2.0), item("b", None, None))

    assert found.total == NOTHING
    assert found.unknown == ()


def test_a_difference_has_what_is_new_gone_and_changed_the_largest_first() -> None:
    before = estimate(item("same", exactly(1), 1.0), item("more", exactly(1), 1.0), item("gone", exactly(1), 5.0))
    after = estimate(item("same", exactly(1), 1.0), item("more", exactly(3), 1.0), item("new", exactly(1), 9.0))

    found = difference(before, after)

    assert [each.what for each in found.items] == ["new", "gone", "more"]
    assert found.items[1] == Changed(stack="s", resource="R", what="gone", before=exactly(5.0), after=None)
    assert found.items[2].by == exactly(2.0)
    assert found.total == exactly(6.0)


def test_less_than_half_a_cent_is_no_difference() -> None:
    assert difference(estimate(item("a", exactly(1), 1.0)), estimate(item("a", exactly(1), 1.004))).items == ()


def test_an_estimate_does_not_differ_from_itself() -> None:
    found = estimate(item("a", Range(low=1, high=2), 1.0), item("b", exactly(1), None))

    assert difference(found, found).items == ()
    assert difference(found, found).total == NOTHING


def test_what_changes_without_a_price_is_named_and_left_out_of_the_sum() -> None:
    before = estimate(item("small", exactly(730), 0.02), item("lost", exactly(1), None), item("known", exactly(1), 1.0))
    after = estimate(item("large", exactly(730), None), item("lost", exactly(1), None), item("known", exactly(1), None))

    found = difference(before, after)

    assert [each.what for each in found.items] == ["small"]
    assert found.total == exactly(-14.6)
    assert found.unknown == ("large", "known")

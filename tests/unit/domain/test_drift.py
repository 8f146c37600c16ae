"""How environments differ: what is missing, shared or of another form."""

import pytest

from fairway.domain import drift
from fairway.domain.drift import Kind

STRIPE = "sk_live_4eC39HqLyjWDarjt"


def test_what_is_worth_a_look_is_told_apart_from_what_is_not() -> None:
    left = {"A": "1", "KEY": STRIPE, "RETRIES": "3", "URL": "https://a.test", "LEVEL": "info", "web/A": "1"}
    right = {"B": "1", "KEY": STRIPE, "RETRIES": "many", "URL": "https://b.test", "LEVEL": "info"}

    found = drift.compare(left, right)

    assert [(each.service, each.name, each.kind) for each in found] == [
        ("", "A", Kind.ONLY_LEFT),
        ("", "B", Kind.ONLY_RIGHT),
        ("", "KEY", Kind.SAME_SECRET),
        ("", "LEVEL", Kind.EQUAL),
        ("", "RETRIES", Kind.OTHER_FORM),
        ("", "URL", Kind.OTHER_VALUE),
        ("web", "A", Kind.ONLY_LEFT),
    ]
    assert STRIPE not in repr(found)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("", "empty"),
        ("3000", "number"),
        ("TRUE", "true or false"),
        ("postgres://u:p@db/x", "postgres:// address"),
        ('{"a": 1}', "JSON"),
        ("{not json", "text"),
        ("[" * 100_000, "text"),
        ("a\nb", "several lines"),
        ("info", "text"),
    ],
)
def test_the_form_of_a_value_says_nothing_of_it(value: str, form: str) -> None:
    assert drift.form_of(value) == form

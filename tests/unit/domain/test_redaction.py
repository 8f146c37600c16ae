"""Secrets go from a text in whatever spelling it has them, and nothing else does."""

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.domain import redaction
from fairway.domain.redaction import MASK, Redactor

SECRET = 'p@ss "wörd"/+&<x>?1'
SECRETS = st.text(min_size=8, max_size=400)


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        json.dumps({"password": SECRET}),
        json.dumps({"password": SECRET}, ensure_ascii=False),
        json.dumps(json.dumps({"password": SECRET})),
        f"https://x.test/?p={quote(SECRET)}",
        f"https://x.test/?p={quote(SECRET, safe='')}",
        f"p={quote_plus(SECRET)}&q=1",
        quote(SECRET, safe="!'()*~").replace("%C3", "%c3").lower(),
        f"<b>{html.escape(SECRET)}</b>",
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
        SECRET.encode().hex(),
        json.dumps(SECRET).replace("/", "\\/"),
    ],
)
def test_each_spelling_is_masked(written: str) -> None:
    told = Redactor([SECRET])(f"before {written} after")

    assert told.startswith("before ") and told.endswith(" after")
    assert MASK in told and "wörd" not in told and "p@ss" not in told and "p%40ss" not in told.lower()


@given(st.binary(max_size=7), st.binary(max_size=7))
def test_a_secret_within_what_was_encoded_is_masked_at_each_place(before: bytes, after: bytes) -> None:
    encoded = base64.b64encode(before + b"correct-horse-battery" + after).decode()

    told = Redactor(["correct-horse-battery"])(f"Authorization: Basic {encoded}")

    left = told.removeprefix("Authorization: Basic ").replace(MASK, "")
    assert MASK in told and len(left) <= (len(before) + len(after)) * 4 // 3 + 8


@given(SECRETS, st.text(max_size=50), st.text(max_size=50))
def test_no_secret_stays_whatever_stands_around_it(secret: str, before: str, after: str) -> None:
    told = Redactor([secret])(before + secret + after)

    assert secret not in told.replace(MASK, "") or secret in before + after


@given(st.text(max_size=200))
def test_a_text_without_a_secret_stays_as_it_is(text: str) -> None:
    secret = "kraken-4711-kraken"

    assert Redactor([secret])(text) == (text if secret not in text else text.replace(secret, MASK))
    assert redaction.NOTHING(text) == text


def test_of_two_secrets_that_begin_alike_the_longer_one_is_masked_whole() -> None:
    redactor = Redactor(["abcdef", "abcdef-and-more", "abcdef-and-more-than-that"])

    assert redactor("abcdef abcdef-and-more abcdef-and-more-than-that!") == f"{MASK} {MASK} {MASK}!"


def test_a_long_secret_is_masked_also_where_it_was_cut_off() -> None:
    secret = "".join(chr(97 + index * 7 % 26) + str(index) for index in range(500))

    told = Redactor([secret])(f"key={secret[:1000]}")

    assert told.startswith(f"key={MASK}") and len(told) < 250
    assert Redactor([secret])(f"key={secret}.") == f"key={MASK}."


@given(st.lists(st.integers(1, 40), max_size=20), st.sampled_from(["", "x", "kraken"]))
def test_a_secret_that_comes_in_parts_is_masked_as_in_one(cuts: list[int], around: str) -> None:
    redactor = Redactor(["kraken-4711-kraken", "kraken-4711"])
    text = f"a {around}kraken-4711-kraken{around} b kraken-471 kraken-4711"
    stream, shown, rest = redactor.stream(), "", text
    for length in cuts:
        shown += stream.feed(rest[:length])
        rest = rest[length:]

    shown += stream.feed(rest) + stream.end()

    assert shown == redactor(text)


def test_what_can_be_no_secret_is_not_held_back() -> None:
    stream = Redactor(["kraken-4711"]).stream()

    assert stream.feed("all is well\n") == "all is well\n"
    assert stream.feed("kra") == ""
    assert stream.feed("ft\n") == "kraft\n"
    assert stream.end() == ""

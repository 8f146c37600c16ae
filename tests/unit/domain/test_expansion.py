"""References between the variables of an env file."""

import pytest

from fairway.domain import expansion
from fairway.domain.expansion import Written


def expand(**values: str) -> dict[str, str]:
    found, problems = expansion.expand({name: Written(value=value) for name, value in values.items()}, {"HOME": "/h"})
    assert problems == {}
    return dict(found)


def test_references_are_followed_in_any_order() -> None:
    assert expand(URL="postgres://$USER_NAME:${PASS}@db", USER_NAME="shop", PASS="${PASS_OF}x", PASS_OF="p") == {
        "URL": "postgres://shop:px@db",
        "USER_NAME": "shop",
        "PASS": "px",
        "PASS_OF": "p",
    }


def test_defaults_escapes_and_what_is_no_reference() -> None:
    found = expand(A="${NOPE:-1}", B="${EMPTY:-2}", EMPTY="", C=r"a\$b", D="5$ $5 a$", E="$HOME/x", F="${A}-${A}")

    assert found == {"A": "1", "B": "2", "EMPTY": "", "C": "a$b", "D": "5$ $5 a$", "E": "/h/x", "F": "1-1"}


def test_single_quotes_keep_everything() -> None:
    written = {"A": Written(value="pa$$word${X}", literal=True), "B": Written(value="${A}")}

    assert expansion.expand(written) == ({"A": "pa$$word${X}", "B": "pa$$word${X}"}, {})
    assert not written["A"].refers and written["B"].refers


@pytest.mark.parametrize(
    ("values", "name", "words"),
    [
        ({"A": "${NOPE}"}, "A", "nothing defines NOPE"),
        ({"A": "$B", "B": "$A"}, "A", "refers to itself, by B and A"),
        ({"A": "$A"}, "A", "refers to itself, by A"),
        ({f"A{n}": f"$A{n + 1}" * 4 for n in range(40)} | {"A40": "xxxx"}, "A0", "128 kB"),
    ],
)
def test_what_cant_be_followed_is_told_without_a_value(values: dict[str, str], name: str, words: str) -> None:
    _, problems = expansion.expand({key: Written(value=value) for key, value in values.items()})

    assert words in problems[name]

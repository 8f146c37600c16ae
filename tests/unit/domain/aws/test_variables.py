"""An environment's variables as the value of a secret."""

import pytest

from fairway.domain.aws import variables
from fairway.domain.aws.seen import Version
from fairway.errors import Conflict


def test_what_is_written_is_read_again() -> None:
    values = {"URL": "postgres://ä:b@c/d", "EMPTY": "", "LINES": 'a\n"b"'}

    assert variables.read("s", variables.written(values)) == values


def test_equal_variables_are_written_alike() -> None:
    assert variables.written({"A": "1", "B": "2"}) == variables.written({"B": "2", "A": "1"})


@pytest.mark.parametrize("text", ["", "hunter2", '["hunter2"]', '{"A": 1}', "null", "[" * 100_000])
def test_a_value_that_is_not_fairways_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(Conflict) as refusal:
        variables.read("fairway/shop/production", text)

    assert "hunter2" not in f"{refusal.value} {refusal.value.why} {refusal.value.hint}"
    assert refusal.value.__cause__ is None


def test_variables_that_are_too_large_are_named_by_their_names_alone() -> None:
    refusal = variables.too_large("s", {"CERTIFICATE": "hunter2" * 10_000, "SMALL": "x"})

    assert refusal is not None
    assert "CERTIFICATE" in refusal.why
    assert "hunter2" not in refusal.why


def test_the_limit_counts_bytes_and_not_characters() -> None:
    fits = {"A": "x" * (variables.LARGEST - len('{"A":""}'))}

    assert variables.too_large("s", fits) is None
    assert variables.too_large("s", {"A": fits["A"][:-1] + "ä"}) is not None


def test_a_version_is_the_same_only_with_the_same_variables() -> None:
    assert variables.same(Version(id="1", values={"A": "1"}), {"A": "1"})
    assert not variables.same(Version(id="1", values={"A": "1"}), {})
    assert not variables.same(None, {})

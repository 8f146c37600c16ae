"""Whether a template goes with a call."""

import pytest

from fairway.domain.aws import templates
from fairway.domain.aws.stack import Kind, Stack
from fairway.errors import UsageError


def stack(size: int) -> Stack:
    """One whose template has so many bytes as it is sent."""
    empty = len(templates.written({"Description": ""}))
    return Stack(name="fairway-shop-network", kind=Kind.NETWORK, template={"Description": "x" * (size - empty)})


def test_a_template_is_written_as_short_as_it_can_be() -> None:
    assert templates.written({"Resources": {"A": ["ä", 1]}}) == '{"Resources":{"A":["ä",1]}}'


def test_one_byte_too_many_is_refused_by_name() -> None:
    templates.require_sendable([stack(templates.LARGEST)])

    with pytest.raises(UsageError, match="fairway-shop-network"):
        templates.require_sendable([stack(10), stack(templates.LARGEST + 1)])

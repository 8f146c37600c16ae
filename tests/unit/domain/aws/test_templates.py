"""Whether a template goes with a call."""

import pytest

from fairway.domain.aws import templates
from fairway.domain.aws.stack import Kind, SeenStack, Stack
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


def test_what_does_not_go_with_a_call_is_large() -> None:
    assert not templates.large(stack(templates.INLINE))
    assert templates.large(stack(templates.INLINE + 1))


def test_a_large_template_lies_under_its_stack_by_its_content() -> None:
    assert templates.key(stack(60_000)).startswith("fairway-shop-network/")
    assert templates.key(stack(60_000)) == templates.key(stack(60_000)) != templates.key(stack(60_001))


def test_the_bucket_is_the_one_that_the_registry_stack_tells_of() -> None:
    outputs = {templates.BUCKET: "arn:aws:s3:::fairway-shop-registry-templatestore-1a2b"}
    registry = SeenStack(name="fairway-shop-registry", id="arn", status="CREATE_COMPLETE", outputs=outputs)

    assert templates.bucket_for(stack(60_000), registry) == "fairway-shop-registry-templatestore-1a2b"
    for without in (None, SeenStack(name="fairway-shop-registry", id="arn", status="CREATE_COMPLETE")):
        with pytest.raises(UsageError, match="no bucket"):
            templates.bucket_for(stack(60_000), without)

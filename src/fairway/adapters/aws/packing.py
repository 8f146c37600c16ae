"""A document as one value of an item of DynamoDB, which holds 400 KB in all: large ones are compressed, and one that is
too large all the same is refused before it is sent."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairway.errors import WorkFailed

PLAIN = 8 * 1024
"""Bytes up to which a document stays text that the console shows."""
MOST = 400_000
"""Bytes of a document; the limit is 409,600 with the names and values of the item's other parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """The value as DynamoDB's JSON has it."""

    value: Mapping[str, Any]


def pack(what: str, text: str, *, spare: int = 0) -> Packed:
    """The document of that record ("passage 7"). Raises WorkFailed when it would leave less than `spare` bytes of what
    an item holds, for what is added to it later."""
    data = text.encode()
    value: Mapping[str, Any] = {"S": text}
    if len(data) > PLAIN:
        # Without the time, so that the same document is the same value.
        data = gzip.compress(data, mtime=0)
        value = {"B": data}
    if len(data) > MOST - spare:
        raise WorkFailed(
            f"the record of {what} is too large to be kept",
            why=f"compressed it has {kilobytes(len(data))}, and there is room for {kilobytes(MOST - spare)}:"
            " an item of DynamoDB holds 400 KB",
        )
    return Packed(value=value)


def unpack(value: Mapping[str, Any]) -> str:
    """The document."""
    return gzip.decompress(value["B"]).decode() if "B" in value else str(value["S"])


def kilobytes(count: int) -> str:
    """400,000 → `391 KB`, rounded up."""
    return f"{-(-count // 1024)} KB"

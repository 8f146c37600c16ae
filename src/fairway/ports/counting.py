"""Counting in a copy what a migration will stumble over."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from fairway.domain.address import Address
from fairway.domain.ground import Question


class Counts(Protocol):
    async def count(self, address: Address, questions: Sequence[Question]) -> Mapping[Question, int]:
        """The answers. A question that this database can't answer (it has no such table or column) or not in a
        reasonable time has none: without it a finding says less, and nothing else. Raises Unavailable."""
        ...

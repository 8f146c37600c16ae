"""Counting in the databases in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence

from fairway.adapters.memory.databases import MemoryDatabase, MemoryWorld
from fairway.domain.address import Address
from fairway.domain.ground import Nulls, Question


class MemoryCounts:
    """`ports.counting.Counts`."""

    def __init__(self, world: MemoryWorld) -> None:
        self._world = world

    async def count(self, address: Address, questions: Sequence[Question]) -> Mapping[Question, int]:
        """Raises Unavailable."""
        there = self._world.at(address)
        found = {question: answer(there, question) for question in questions}
        return {question: count for question, count in found.items() if count is not None}


def answer(there: MemoryDatabase, question: Question) -> int | None:
    """The answer, None for what is not there."""
    rows = there.table(question.table)
    columns = (question.column,) if isinstance(question, Nulls) else question.columns
    if rows is None or any(column not in row for row in rows for column in columns):
        return None
    if isinstance(question, Nulls):
        return sum(row[question.column] is None for row in rows)
    values = Counter(tuple(row[column] for column in columns) for row in rows)
    # As in SQL a null is like nothing else, not even another null.
    return sum(count - 1 for value, count in values.items() if None not in value)

"""Whatever is kept, lost by the engine, printed meanwhile and asked for: each line comes once, in the order of time."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from fairway.adapters.memory.logstore import MemoryLogStore
from fairway.adapters.memory.printing import MemoryPrinting
from fairway.domain.printed import ERR, OUT, SECOND, Origin, Piece, Wanted, origin_of
from fairway.logkeeping import merge
from fairway.logkeeping.merge import Log
from fairway.logkeeping.reading import Reading
from support.log_room import NOW, make_task

STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 200, SECOND // 2, SECOND, 7200 * SECOND]),
        st.sampled_from([OUT, ERR]),
        st.booleans(),
    ),
    max_size=30,
)
"""Of each piece: nanoseconds after the one before, its stream, and whether a part of the kept log begins with it."""


class Case:
    """Some tasks' logs: the engine has all of those that live, and of each the beginning is kept."""

    def __init__(self, steps: list[list[tuple[int, str, bool]]], kept: list[int], gone: list[bool]) -> None:
        self.printing, self.store = MemoryPrinting(), MemoryLogStore()
        self.expected: list[tuple[int, str]] = []
        self.origins: list[tuple[Origin, bool]] = []
        for number, log in enumerate(steps):
            task = make_task(f"{number:012x}")
            is_gone = gone[number % len(gone)]
            self.origins.append((origin_of(task), is_gone))
            self._print(number, log, len(log) if is_gone else kept[number % len(kept)], is_gone)
        self.expected.sort()

    def _print(self, number: int, log: list[tuple[int, str, bool]], kept: int, gone: bool) -> None:
        origin, _ = self.origins[number]
        at = NOW
        for index, (after, stream, begins) in enumerate(log):
            at += after
            piece = Piece(at, stream, b"%d.%d" % (number, index))
            self.expected.append((at, piece.data.decode()))
            if begins:
                self.store.close(origin)
            if index < kept:
                self.store.append(origin, [piece])
            if not gone:
                self.printing.print(origin.task, piece)

    async def logs(self) -> list[Log]:
        reading = Reading(printing=self.printing, store=self.store)
        kept = {log.origin: log for log in await reading.kept(make_task().app)}
        return [
            reading.gone(kept[origin]) if gone else reading.living(origin)
            for origin, gone in self.origins
            if not gone or origin in kept
        ]


CASES = st.builds(
    Case,
    st.lists(STEPS, max_size=4),
    st.lists(st.integers(0, 30), min_size=1, max_size=4),
    st.lists(st.booleans(), min_size=1, max_size=4),
)


@given(case=CASES, since=st.one_of(st.none(), st.integers(0, 9)), until=st.one_of(st.none(), st.integers(0, 9)))
def test_every_wanted_line_comes_once_in_the_order_of_time(case: Case, since: int | None, until: int | None) -> None:
    wanted = Wanted(
        since=None if since is None else NOW + since * SECOND,
        until=None if until is None else NOW + until * SECOND,
    )

    async def read() -> list[tuple[int, str]]:
        return [(line.stamp, line.text) async for _, line in merge.forward(await case.logs(), wanted)]

    found = asyncio.run(read())

    assert [stamp for stamp, _ in found] == sorted(stamp for stamp, _ in found)
    assert sorted(found) == sorted(each for each in case.expected if is_wanted(wanted, each[0]))


@given(case=CASES, number=st.integers(0, 40), since=st.one_of(st.none(), st.integers(0, 9)))
def test_the_last_lines_are_the_newest_of_all_logs(case: Case, number: int, since: int | None) -> None:
    wanted = Wanted(since=None if since is None else NOW + since * SECOND)

    async def read() -> list[tuple[int, str]]:
        return [(line.stamp, line.text) for _, line in await merge.last(await case.logs(), wanted, number)]

    found = asyncio.run(read())

    every = [each for each in case.expected if is_wanted(wanted, each[0])]
    assert len(found) == min(number, len(every))
    assert [stamp for stamp, _ in found] == [stamp for stamp, _ in every][len(every) - len(found) :]
    assert len(set(found)) == len(found)
    assert set(found) <= set(every)


@given(case=CASES, number=st.integers(0, 40))
def test_what_is_followed_begins_where_the_reading_ended(case: Case, number: int) -> None:
    async def read() -> list[tuple[int, str]]:
        logs = await case.logs()
        before = [(line.stamp, line.text) for _, line in await merge.last(logs, Wanted(), number)]
        coming = []
        for origin, gone in case.origins:
            if not gone:
                piece = Piece(NOW * 2, OUT, b"new of " + origin.task.encode())
                case.printing.print(origin.task, piece)
                case.printing.end(origin.task)
        for log in logs:
            if log.written is None:
                async for lines in log.source.follow(Wanted()):
                    coming += [(line.stamp, line.text) for line in lines]
        assert len(before) <= number
        return coming

    coming = asyncio.run(read())

    assert coming == [(NOW * 2, f"new of {origin.task}") for origin, gone in case.origins if not gone]


def is_wanted(wanted: Wanted, stamp: int) -> bool:
    return (wanted.since is None or stamp > wanted.since) and (wanted.until is None or stamp <= wanted.until)

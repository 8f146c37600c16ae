"""The lines of several logs as one, in the order of their times.

Only as much of each log is in memory as one read of it brings, and none of a log whose time has not come: fourteen days
of a service are hundreds of logs.
"""

import heapq
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field

from fairway.domain.printed import SECOND, Line, Origin, Wanted
from fairway.logkeeping.source import Source

MARGIN = 60 * SECOND
"""Nanoseconds that the clocks of the engine and of the files may be apart."""

Printed = tuple[Origin, Line]


@dataclass(slots=True, kw_only=True)
class Log:
    """A source, with the stamp of its first line, and of its last or None while it goes on."""

    source: Source
    begun: int
    written: int | None = None


@dataclass(slots=True, order=True)
class Head:
    """The next line of one log. `index` decides between two of one instant, so that neither jumps about."""

    stamp: int
    index: int
    lines: list[Line] = field(compare=False)
    position: int = field(compare=False)
    more: AsyncGenerator[list[Line], None] = field(compare=False)


async def forward(logs: Sequence[Log], wanted: Wanted) -> AsyncGenerator[Printed, None]:
    """Every wanted line, oldest first."""
    async with AsyncExitStack() as stack:
        waiting = sorted(enumerate(logs), key=lambda each: each[1].begun, reverse=True)
        heads: list[Head] = []
        while heads or waiting:
            while waiting and (not heads or waiting[-1][1].begun <= heads[0].stamp):
                index, log = waiting.pop()
                more = await stack.enter_async_context(aclosing(log.source.read(wanted)))
                await _push(heads, index, more)
            if not heads:
                continue
            head = heapq.heappop(heads)
            yield logs[head.index].source.origin, head.lines[head.position]
            head.position += 1
            if head.position < len(head.lines):
                head.stamp = head.lines[head.position].stamp
                heapq.heappush(heads, head)
            else:
                await _push(heads, head.index, head.more)


async def last(logs: Sequence[Log], wanted: Wanted, number: int) -> list[Printed]:
    """The newest `number` of the wanted lines of all logs together, oldest first."""
    newest: list[tuple[int, int, int, Line]] = []
    ordered = sorted(enumerate(logs), key=lambda each: (each[1].written is None, each[1].written or 0), reverse=True)
    for index, log in ordered:
        if log.written is not None and (
            (len(newest) >= max(number, 1) and log.written + MARGIN < newest[0][0])
            or (wanted.since is not None and log.written + MARGIN < wanted.since)
        ):
            continue
        for place, line in enumerate(await log.source.newest(wanted, number)):
            heapq.heappush(newest, (line.stamp, index, place, line))
            if len(newest) > number:
                heapq.heappop(newest)
    return [(logs[index].source.origin, line) for _, index, _, line in sorted(newest)]


async def _push(heads: list[Head], index: int, more: AsyncGenerator[list[Line], None]) -> None:
    """Put the log's next lines among the heads, unless there are none."""
    async for lines in more:
        if lines:
            heapq.heappush(heads, Head(lines[0].stamp, index, lines, 0, more))
            return

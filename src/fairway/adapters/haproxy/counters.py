"""HAProxy's own counts, and what they grew by since they were last seen: pure.

Counts begin at zero with each worker and with each server that is added; a server that is deleted takes its own along,
while its backend's go on. So differences are made for each worker apart, and a count that is lower than it was has
begun anew: all of it is new. Nothing is ever negative, and nothing is told twice.

What a backend answered by itself: `econ` counts the requests that no server took, each answered with a 503. Those are
refused; any other answer of 500 and above is an error, also the 502 and 504 that HAProxy makes of a server that broke
off or kept silent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

BACKEND = "BACKEND"
Path = tuple[str, str]
"""A backend's name, and a server's or BACKEND."""
STATUSES = ("hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other")


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one backend or server: answers since it began, those of 500 and above, requests that could not be handed on,
    and how many requests are under way now, waiting ones included."""

    answers: int
    failures: int
    refused: int
    busy: int


@dataclass(frozen=True, slots=True)
class Growth:
    """By how much they grew."""

    answers: int = 0
    errors: int = 0
    refused: int = 0
    busy: int = 0

    def plus(self, other: "Growth") -> "Growth":
        """Of two workers together."""
        return Growth(
            answers=self.answers + other.answers,
            errors=self.errors + other.errors,
            refused=self.refused + other.refused,
            busy=self.busy + other.busy,
        )


def parse(text: str) -> dict[Path, Counts]:
    """Read `show stat`: CSV whose first line names the columns after "# ". No name of ours has a comma or a quote, and
    nothing after the columns that are read matters, so each line is split only as far as those."""
    heading, *lines = text.split("\n")
    columns = {name: number for number, name in enumerate(heading.removeprefix("# ").split(","))}
    busy, waiting, refused, failures = (columns[name] for name in ("scur", "qcur", "econ", "hrsp_5xx"))
    statuses = slice(columns[STATUSES[0]], columns[STATUSES[-1]] + 1)
    counts = {}
    for line in lines:
        fields = line.split(",", statuses.stop)
        if len(fields) > statuses.stop:
            counts[fields[0], fields[1]] = Counts(
                answers=sum(int(field) for field in fields[statuses] if field),
                failures=int(fields[failures] or 0),
                refused=int(fields[refused] or 0),
                busy=int(fields[busy] or 0) + (int(fields[waiting] or 0) if fields[1] != BACKEND else 0),
            )
    return counts


def grow(before: Mapping[Path, Counts], now: Mapping[Path, Counts]) -> dict[Path, Growth]:
    """The growth of each that is there now."""
    return {path: difference(before.get(path), counts) for path, counts in now.items()}


def difference(before: Counts | None, now: Counts) -> Growth:
    """The growth of one; all of it when it was not there, or has begun anew."""
    if before is None or now.answers < before.answers or now.refused < before.refused:
        before = Counts(0, 0, 0, 0)
    # A request is refused a moment before its 503 is counted; an answer that is still to come is owed to the next look.
    return Growth(
        answers=now.answers - before.answers,
        errors=max(0, errors(now) - errors(before)),
        refused=now.refused - before.refused,
        busy=now.busy,
    )


def errors(counts: Counts) -> int:
    """The failures that a server is to blame for."""
    return max(0, counts.failures - counts.refused)


class Ledger:
    """What each worker had counted when it was asked last."""

    def __init__(self) -> None:
        self._known: dict[int, Mapping[Path, Counts] | None] | None = None

    def enter(self, counts: Mapping[int, Mapping[Path, Counts]], *, listed: Collection[int]) -> dict[Path, Growth]:
        """What all workers together have counted since they were asked last. `listed` are the process ids of those
        that there are, also of one that did not answer this time: its growth is in its next answer.

        What there is the first time counts as known; a worker that comes later is counted from its beginning.
        """
        if self._known is None:
            known: dict[int, Mapping[Path, Counts] | None] = dict.fromkeys(listed)
        else:
            known = {pid: each for pid, each in self._known.items() if pid in listed}
        growths = []
        for pid, now in counts.items():
            before = known.get(pid, {})
            growths.append(grow(now if before is None else before, now))
        self._known = {**known, **counts}
        return together(growths)


def together(growths: Sequence[Mapping[Path, Growth]]) -> dict[Path, Growth]:
    """Of all workers."""
    result: dict[Path, Growth] = {}
    for each in growths:
        for path, growth in each.items():
            result[path] = result[path].plus(growth) if path in result else growth
    return result

"""What the readers of the diagnosis share: a finding, and lines of a log made fit to read."""

import re
from dataclasses import dataclass

COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
SHOWN = 12
"""Lines of the log that a report shows."""
BEFORE = 2
"""How many of them stand before the line that was recognised."""
WIDTH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a reader recognised. `line` is the index of the log's line that shows it, None when none does."""

    sentence: str
    seen: str = ""
    fix: str = ""
    line: int | None = None


def plain(log: tuple[str, ...]) -> tuple[str, ...]:
    """The lines without colours and blanks at their ends, each cut to a screen's width or two."""
    lines = (COLOURS.sub("", line).rstrip() for line in log)
    return tuple(line if len(line) <= WIDTH else line[: WIDTH - 1] + "…" for line in lines)


def excerpt(log: tuple[str, ...], line: int | None) -> tuple[str, ...]:
    """The lines around the recognised one, or the last ones; empty lines at both ends are left out."""
    start = len(log) - SHOWN if line is None else min(line - BEFORE, len(log) - SHOWN)
    chosen = list(log[max(0, start) :][:SHOWN])
    while chosen and not chosen[0].strip():
        chosen.pop(0)
    while chosen and not chosen[-1].strip():
        chosen.pop()
    return tuple(chosen)


def bytes_text(count: int) -> str:
    """512 MiB → "512 MB", 1.5 GiB → "1.5 GB": the words that `docker` and the status table use."""
    mib = count / (1 << 20)
    return f"{mib / 1024:.3g} GB" if mib >= 1024 else f"{mib:.0f} MB"


def seconds_text(seconds: float) -> str:
    """0.42 → "0.4 s", 31.2 → "31 s", 150 → "2.5 min"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.3g} min"


def listed(words: list[str]) -> str:
    """["A", "B", "C"] → "A, B and C"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

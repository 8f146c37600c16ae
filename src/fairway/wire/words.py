"""Amounts in words, the same wherever Fairway shows them: durations, ages, sizes, commits. Standard library only."""

from collections.abc import Mapping

MINUTE, HOUR, DAY = 60, 3600, 86400


def clean(text: str) -> str:
    """A text of somebody else's without control characters, so that it can't move the cursor or change colours."""
    return "".join(c if c.isprintable() or c == "\t" else "�" if c != "\x1b" else "␛" for c in text)


def duration(seconds: float) -> str:
    """0.14 → `0.1 s`, 31.4 → `31 s`, 125 → `2 min 5 s`, 7300 → `2 h 1 min`."""
    seconds = max(0.0, seconds)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    if whole < HOUR:
        return _two(whole, MINUTE, "min", 1, "s")
    if whole < DAY:
        return _two(whole, HOUR, "h", MINUTE, "min")
    return _two(whole, DAY, "d", HOUR, "h")


def brief(seconds: float) -> str:
    """The same for what is often over at once: 0.04 → `0.04 s`."""
    return f"{max(0.0, seconds):.2f} s" if seconds < 0.095 else duration(seconds)


def _two(whole: int, unit: int, name: str, part: int, part_name: str) -> str:
    rest = whole % unit // part
    return f"{whole // unit} {name}" + (f" {rest} {part_name}" if rest else "")


def age(seconds: float) -> str:
    """How long ago: `just now`, `40 s ago`, `5 min ago`, `3 hours ago`, `2 days ago`."""
    if seconds < 5:
        return "just now"
    for unit, name in ((DAY, "day"), (HOUR, "hour")):
        if seconds >= unit:
            count = int(seconds // unit)
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return f"{int(seconds // MINUTE)} min ago" if seconds >= MINUTE else f"{int(seconds)} s ago"


def size(count: float) -> str:
    """Bytes in powers of 1024: 512 → `512 B`, 84 * 1024² → `84 MB`, 1.5 * 1024³ → `1.5 GB`."""
    for unit in ("B", "KB", "MB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GB"


def share_of_size(used: float, limit: float | None) -> str:
    """`96/512 MB`, `96 MB/1.5 GB` where the units differ, `96 MB` without a limit."""
    if not limit:
        return size(used)
    (number, unit), (most, most_unit) = size(used).split(" "), size(limit).split(" ")
    return f"{number}/{most} {unit}" if unit == most_unit else f"{number} {unit}/{most} {most_unit}"


def share_of_cpu(percent: float, limit: float | None) -> str:
    """Per cent of one core as a share of what may be used: 6 with 0.5 cores → `12 %`; of one core without a limit."""
    return f"{percent / limit if limit else percent:.0f} %"


def rate(per_second: float) -> str:
    """0 → `0`, 4.13 → `4.1`, 41.3 → `41`, 25104.2 → `25,104`."""
    return f"{per_second:.1f}" if 0 < per_second < 9.95 else f"{per_second:,.0f}"


def latency(milliseconds: float) -> str:
    """0.83 → `0.8 ms`, 38.3 → `38 ms`, 1510 → `1.5 s`."""
    if milliseconds < 9.95:
        return f"{milliseconds:.1f} ms"
    return f"{milliseconds:.0f} ms" if milliseconds < 999.5 else duration(milliseconds / 1000)


def commit(full: str) -> str:
    """The first seven characters of a commit's id."""
    return full[:7]


def bounds(scaling: Mapping[str, int]) -> str:
    """`(2-10)`: how few and how many tasks scaling allows."""
    return f"({scaling['min']}-{scaling['max']})"


def count(number: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

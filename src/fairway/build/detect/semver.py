"""npm's version ranges, as far as `engines` uses them: which versions does `>=18.17 <21 || ^22` allow?

Prereleases are left out: no base image has one.
"""

import re
from collections.abc import Callable

Version = tuple[int, int, int]
Test = Callable[[Version], bool]

PARTIAL = r"[v=]*\s*(\d{1,9}|[xX*])(?:\.(\d{1,9}|[xX*]))?(?:\.(\d{1,9}|[xX*]))?(?:[-+][0-9A-Za-z.+-]*)?"
COMPARATOR = re.compile(rf"(>=|<=|>|<|\^|~>?|=)?\s*{PARTIAL}")
HYPHEN = re.compile(rf"^\s*{PARTIAL}\s+-\s+{PARTIAL}\s*$")
LONGEST = 500
"""Characters of a range that people write."""
INFINITE = 10**9


def allows(text: str) -> Test | None:
    """A test for whether a version is in the range; None when the text is no range."""
    if len(text) > LONGEST:
        return None
    tests = [read_set(part) for part in text.split("||")]
    good = [test for test in tests if test is not None]
    if not good or len(good) < len(tests):
        return None
    return lambda version: any(test(version) for test in good)


def read_set(text: str) -> Test | None:
    """One alternative of a range: comparators that must all hold."""
    text = text.strip()
    if text in ("", "*", "latest", "x"):
        return lambda _: True
    if hyphen := HYPHEN.match(text):
        low, high = floor(hyphen.groups()[:3]), ceiling(hyphen.groups()[3:])
        return lambda version: low <= version < high
    tests: list[Test] = []
    position = 0
    while position < len(text):
        if found := COMPARATOR.match(text, position):
            tests.append(read_comparator(found[1] or "", found.groups()[1:]))
            position = found.end()
        elif text[position] in " ,":
            position += 1
        else:
            return None
    return lambda version: all(test(version) for test in tests)


def read_comparator(operator: str, parts: tuple[str | None, ...]) -> Test:
    """One comparator. `^1.2` is `>=1.2.0 <2.0.0`, `~1.2` is `>=1.2.0 <1.3.0`, `1.2` is `>=1.2.0 <1.3.0`."""
    low, high = floor(parts), ceiling(parts)
    match operator:
        case ">=":
            return lambda version: version >= low
        case ">":
            return lambda version: version >= high
        case "<":
            return lambda version: version < low
        case "<=":
            return lambda version: version < high
        case "^":
            return lambda version: low <= version < (low[0] + 1, 0, 0)
        case "~" | "~>":
            top = (low[0], low[1] + 1, 0) if number(parts[1]) is not None else (low[0] + 1, 0, 0)
            return lambda version: low <= version < top
        case _:
            return lambda version: low <= version < high


def floor(parts: tuple[str | None, ...]) -> Version:
    """The lowest version of a partial one: `18` is 18.0.0."""
    return (number(parts[0]) or 0, number(parts[1]) or 0, number(parts[2]) or 0)


def ceiling(parts: tuple[str | None, ...]) -> Version:
    """The first version above a partial one: `18` ends before 19.0.0, `18.2` before 18.3.0."""
    major, minor, patch = (number(part) for part in parts)
    if major is None:
        return (INFINITE, 0, 0)
    if minor is None:
        return (major + 1, 0, 0)
    return (major, minor + 1, 0) if patch is None else (major, minor, patch + 1)


def number(part: str | None) -> int | None:
    """The number of a version's part; None for a missing one or an `x`."""
    return int(part) if part and part.isdigit() else None

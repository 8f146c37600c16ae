"""Where the source of the running release names a table or a column.

It is a search for words, not a proof: "seen in src/orders.js:12" is what it says, and a person looks. The spellings of
ORMs are tried too (`order_lines`, `orderLines`, `OrderLine`), between word bounds. A column's name counts only in a
file that names its table as well, since `name` and `status` are in every file.
"""

import re
from collections.abc import Iterator, Mapping

from fairway.domain.ground import Seen

PASSED_OVER = re.compile(
    r"(^|/)(node_modules|\.git|dist|build|coverage|vendor|\.venv|venv|__pycache__|migrations?|migrate|tests?|__tests__"
    r"|spec|docs?|seeds?)/|\.(lock|min\.js|map|md|svg|snap)$|(^|/)(package-lock\.json|pnpm-lock\.yaml)$"
    r"|\.(test|spec)\.[jt]sx?$"
)
LONGEST = 500_000
"""Characters of a file that is searched; a longer one was not written by a person."""
MOST = 5
"""Places that are named; who has seen five looks for the others."""


def places(files: Mapping[str, str], table: str, column: str = "") -> tuple[Seen, ...]:
    """Where the table, or a column of it, is named, in the order of the files' names."""
    of_table = pattern(spellings(table, plural=True))
    wanted = pattern(spellings(column, plural=False)) if column else of_table
    found: list[Seen] = []
    for path in sorted(files):
        text = files[path]
        if len(text) > LONGEST or PASSED_OVER.search(path) or (column and not of_table.search(text)):
            continue
        found += (Seen(file=path, line=line) for line in lines(wanted, text))
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])


def lines(wanted: re.Pattern[str], text: str) -> Iterator[int]:
    """The lines that have it, each once, counted from 1; at most MOST."""
    last = counted = place = 0
    given = 0
    for match in wanted.finditer(text):
        counted += text.count("\n", place, match.start())
        place = match.start()
        if counted + 1 != last:
            last = counted + 1
            given += 1
            yield last
        if given >= MOST:
            return


def pattern(words: frozenset[str]) -> re.Pattern[str]:
    """Any of the words, whole: no letter, digit or underscore before or behind it."""
    return re.compile(rf"(?<![A-Za-z0-9_])(?:{'|'.join(re.escape(word) for word in sorted(words))})(?![A-Za-z0-9_])")


def spellings(name: str, *, plural: bool) -> frozenset[str]:
    """`order_lines` → order_lines, orderLines; a table also as its model: OrderLines, OrderLine, orderLine."""
    name = name.rpartition(".")[2]
    names = {name} | ({singular(name)} if plural else set())
    found: set[str] = set()
    for each in names:
        parts = [part for part in each.split("_") if part] or [each]
        camel = parts[0] + "".join(part[:1].upper() + part[1:] for part in parts[1:])
        found |= {each, camel} | ({camel[:1].upper() + camel[1:]} if plural else set())
    return frozenset(found)


def singular(name: str) -> str:
    """orders → order, categories → category, boxes → box; what is none stays."""
    if name.endswith("ies") and len(name) > 4:
        return name[:-3] + "y"
    if name.endswith(("ses", "xes", "zes", "ches", "shes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") and len(name) > 2 else name

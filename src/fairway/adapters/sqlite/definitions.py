"""`CREATE TABLE` taken apart: the definition of each column and constraint, in the words in which SQLite keeps them.

SQLite keeps the text of a table's definition and nothing else: its pragmas don't tell checks, collations or the order
of conflict clauses. So the text itself is split at its commas, with space and comments evened out, and two tables are
the same when their parts are.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<skip>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<word>'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|"""
    r"""[\w$.\x80-\U0010ffff]+|<>|<=|>=|==|!=|\|\||<<|>>|->>?|.)""",
    re.DOTALL | re.ASCII,
)
CONSTRAINTS = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"})
QUOTES = {'"': '"', "`": "`", "[": "]", "'": "'"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """`columns` by name; `constraints` are the table's, in their order; `options` are what follows the parenthesis
    ("WITHOUT ROWID, STRICT")."""

    columns: Mapping[str, str]
    constraints: Sequence[str]
    options: str


def split(sql: str) -> Parts | None:
    """The parts of a `CREATE TABLE` statement, None for anything else."""
    words = words_of(sql)
    if "(" not in words:
        return None
    begin = words.index("(")
    parts, end = groups(words, begin)
    if end is None:
        return None
    columns: dict[str, str] = {}
    constraints = []
    for part in parts:
        if part[0].upper() in CONSTRAINTS:
            constraints.append(joined(part))
        else:
            columns[unquoted(part[0])] = joined(part[1:])
    return Parts(columns=columns, constraints=constraints, options=joined(words[end + 1 :]))


def groups(words: Sequence[str], begin: int) -> tuple[list[list[str]], int | None]:
    """What stands between the commas of the parenthesis at `begin`, and where that closes (None: nowhere)."""
    depth = 0
    found: list[list[str]] = []
    part: list[str] = []
    for place in range(begin, len(words)):
        word = words[place]
        depth += (word == "(") - (word == ")")
        if depth == 0:
            return [*found, part] if part else found, place
        if depth == 1 and word == ",":
            found, part = [*found, part] if part else found, []
        elif place > begin:
            part.append(word)
    return found, None


def even(sql: str) -> str:
    """A statement with its comments gone and its space evened out."""
    return joined(words_of(sql))


def words_of(sql: str) -> list[str]:
    """Its keywords, names, texts and signs."""
    return [match["word"] for match in TOKEN.finditer(sql) if match["word"] is not None]


def joined(words: Sequence[str]) -> str:
    """The words as a person would write them."""
    written = ""
    for word in words:
        tight = not written or word in ",);" or word == "(" or written[-1] == "("
        written += word if tight else f" {word}"
    return written


def unquoted(name: str) -> str:
    """`"order"` → `order`."""
    closing = QUOTES.get(name[:1])
    if closing is None or len(name) < 2 or name[-1] != closing:
        return name
    return name[1:-1].replace(closing * 2, closing) if closing != "]" else name[1:-1]

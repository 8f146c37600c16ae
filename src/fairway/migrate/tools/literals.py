"""Texts out of JavaScript configuration that nobody runs: what is written as a literal is read, the rest is Unsure.

A path is a text, or made of `__dirname`, `import.meta.dirname` or `process.cwd()` and texts, by `+`, a template,
`path.join` or `path.resolve`. The result of the first two kinds is relative to the file, of all others to the working
directory.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairway.domain import sourcetext
from fairway.migrate.tools import ledger
from fairway.migrate.tools.shipped import Unsure

TEXT = r"""'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`"""
HERE = r"__dirname|import\.meta\.dirname"
CWD = r"process\.cwd\(\)"
TOKEN = re.compile(
    rf"(?P<text>{TEXT})|(?P<here>{HERE})|(?P<cwd>{CWD})|(?P<call>[\w.]*\b(?:join|resolve)\s*\()|(?P<rest>\S)"
)
STARTS = re.compile(rf"({TEXT})|[\[\]{{}}(),]")
MOST, LONGEST = 100, 512 * 1024
"""Values of one key, and characters of a configuration."""
OPENING, CLOSING = "[{(", "]})"


@dataclass(frozen=True, slots=True)
class Literal:
    """`here`: it is relative to the file that it stands in."""

    text: str
    here: bool = False


def script(content: bytes) -> str:
    """A script's text without comments."""
    return sourcetext.strip_script(ledger.text(content))


def blocks(text: str, key: str) -> Iterator[str]:
    """The insides of the objects that stand behind the key: `migrations: { … }`. Raises Unsure for a text without
    end."""
    for start in places(text, rf"(?<![\w$.])[\"']?{re.escape(key)}[\"']?\s*[:=]\s*\{{"):
        yield text[start : end_of(text, start, comma=False)]


def literals(text: str, key: str) -> tuple[tuple[Literal, ...], ...]:
    """Each value behind the key, an array as its members; those that are equal once. Raises Unsure for a value that is
    no literal."""
    found: list[tuple[Literal, ...]] = []
    for start in places(text, rf"(?<![\w$.])[\"']?{re.escape(key)}[\"']?\s*:(?!:)\s*"):
        value = text[start : end_of(text, start)].strip()
        found.append(tuple(read(part, key) for part in members(value)))
    return tuple(dict.fromkeys(found))


def places(text: str, pattern: str) -> Sequence[int]:
    """Where the matches end. Raises Unsure for more than anybody writes: each is looked through to its end."""
    found = [match.end() for match, _ in zip(re.finditer(pattern, text), range(MOST + 1), strict=False)]
    if len(found) > MOST or len(text) > LONGEST:
        raise Unsure("the configuration is too long to be read")
    return found


def one(text: str, key: str) -> Literal | None:
    """The only value behind the key, None when there is none. Raises Unsure when there are several, or it is no
    literal."""
    found = literals(text, key)
    if not found:
        return None
    if len(found) > 1 or len(found[0]) != 1:
        raise Unsure(f"the configuration has more than one value for {key}")
    return found[0][0]


def members(value: str) -> Iterator[str]:
    """An array's members, or the value itself."""
    if not value.startswith("["):
        yield value
        return
    start, inside = 0, value[1:].removesuffix("]")
    while start < len(inside):
        end = end_of(inside, start)
        if member := inside[start:end].strip():
            yield member
        start = end + 1


def end_of(text: str, start: int, *, comma: bool = True) -> int:
    """Where what begins there ends: before the comma, or the bracket that closes what it stands in."""
    depth = 0
    for match in STARTS.finditer(text, start):
        sign = match[0]
        if sign in OPENING:
            depth += 1
        elif sign in CLOSING:
            if depth == 0:
                return match.start()
            depth -= 1
        elif comma and sign == "," and depth == 0:
            return match.start()
    return len(text)


def read(value: str, key: str) -> Literal:
    """Raises Unsure."""
    parts: list[str] = []
    here = joined = False
    for match in TOKEN.finditer(value):
        if match["text"]:
            inner = unquote(match["text"])
            if template := re.match(rf"\$\{{\s*(?:{HERE})\s*\}}/?", inner):
                here, inner = True, inner[template.end() :]
            if match["text"][0] == "`" and "${" in inner:
                raise unreadable(key)
            parts.append(inner)
        elif match["here"]:
            here = True
        elif match["call"]:
            joined = True
        elif not match["cwd"] and match["rest"] not in ("+", ",", ")", ";"):
            raise unreadable(key)
    if not parts:
        raise unreadable(key)
    return Literal(("/" if joined else "").join(parts).lstrip("/" if here else ""), here)


def unquote(text: str) -> str:
    """A literal's content, with the escapes that paths have."""
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def unreadable(key: str) -> Unsure:
    """Of a value that only running the file would tell."""
    return Unsure(f"{key} of the configuration is no literal: set migrations.directory or migrations.table")

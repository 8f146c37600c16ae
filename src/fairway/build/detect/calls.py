"""The arguments of a call in JavaScript, read over line ends, brackets and quotes: `listen(\\n  { port, host },\\n)`.

It is no parser. A call that does not end within some thousand characters, or whose quotes don't close, is none.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fairway.build.detect.clue import Clue

LONGEST = 4000
ENDLESS = 20
"""Calls that don't end, after which a file is no source that anybody reads: each of them costs LONGEST characters."""
MOST = 2000
"""No program of people's mounts or listens so often; one that was made to be read slowly does."""
SIGN = re.compile(r"""['"`()\[\]{},]""")
QUOTED = re.compile(r"""'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`""", re.DOTALL)
FUNCTION = re.compile(r"^(?:async\b|function\b|\([^()]*\)\s*(?::[^=]*)?=>|[\w$]+\s*=>)|=>")
OPENING = "([{"
LINK = re.compile(r"(?:(?P<closed>\))|(?<![\w$.])(?P<name>[\w$]+(?:\.[\w$]+)*?))\s*\.\s*[\w$]+\s*(?:<[^()<>]*>)?\s*$")
"""What stands before a call's parenthesis: a method of a name, or of the call before it in the chain."""
MADE = re.compile(
    r"(?<![\w$.])(?P<name>[\w$]+)\s*(?::\s*[\w.<>]+\s*)?=\s*(?:await\s+)?(?:new\s+)?[\w$.]+\s*(?:<[^()]*>)?\s*$"
)
NEAR = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call: where its text begins, its arguments without the space around them, and the position after it."""

    start: int
    arguments: tuple[str, ...]
    end: int


def find(pattern: re.Pattern[str] | Clue, text: str) -> Iterator[tuple[re.Match[str], Call]]:
    """Each match of a pattern that ends with the opening parenthesis of a call, with that call."""
    endless = 0
    for match in itertools.islice(pattern.finditer(text), MOST):
        if (call := read(text, match.start(), match.end())) is not None:
            yield match, call
        elif (endless := endless + 1) == ENDLESS:
            return


def read(text: str, start: int, inside: int) -> Call | None:
    """The call whose arguments begin at `inside`, behind its parenthesis; None when it does not end in sight."""
    parts: list[str] = []
    depth, position, begun = 0, inside, inside
    limit = min(len(text), inside + LONGEST)
    while found := SIGN.search(text, position, limit):
        sign = found[0]
        if sign in "'\"`":
            quoted = QUOTED.match(text, found.start(), limit)
            if quoted is None:
                return None
            position = quoted.end()
            continue
        position = found.end()
        if sign in OPENING:
            depth += 1
        elif sign != ",":
            depth -= 1
        if depth < 0 or (sign == "," and depth == 0):
            parts.append(text[begun : found.start()].strip())
            begun = position
        if depth < 0:
            return Call(start=start, arguments=tuple(part for part in parts if part), end=position)
    return None


def head(text: str, position: int, known: dict[int, str]) -> str:
    """The name that a chain of calls begins with, where a call of it has just ended before `position`: `app` of
    `app.disable(…).use(…)` and of `const app = new Hono().use(…)`. "" where it begins with none, or out of sight.
    `known` keeps what was found at each call of the text, so that a chain of any length is walked once."""
    limit = max(0, position - LONGEST)
    passed: list[int] = []
    name = ""
    while position not in known and (opening := opened(text, position, limit)) is not None:
        passed.append(position)
        begun = max(limit, opening - NEAR)
        before = text[begun:opening]
        link = LINK.search(before)
        if link is None or link["name"]:
            found = link or MADE.search(before)
            name = found["name"].partition(".")[0] if found else ""
            break
        position = begun + link.end("closed")
    else:
        name = known.get(position, "")
    known.update(dict.fromkeys(passed, name))
    return name


def opened(text: str, end: int, limit: int) -> int | None:
    """Where the parenthesis was opened that closes just before `end`; None when it was not, from `limit` on."""
    depth, position = 0, end - 1
    while position >= limit:
        sign = text[position]
        if sign in "'\"`":
            position = text.rfind(sign, limit, position)
            if position < 0:
                return None
        depth += {")": 1, "(": -1}.get(sign, 0)
        if depth == 0:
            return position
        position -= 1
    return None


def is_function(argument: str) -> bool:
    """Whether an argument is a function that is written down there."""
    return bool(FUNCTION.search(argument))

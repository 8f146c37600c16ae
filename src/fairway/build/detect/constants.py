"""The text that an expression in JavaScript stands for: a literal, or a name to which the sources give one value.

`app.use(API_PREFIX, routes)` says nothing by itself; what can't be told is unknown, and never taken for empty.
"""

import re
from collections.abc import Iterator

from fairway.build.detect.source import Source

LITERAL = re.compile(r"""(['"`])(?P<text>[^'"`]*)\1""")
NAME = re.compile(r"[\w$]+(?:\??\.[\w$]+)*")
HOLE = re.compile(r"\$\{([^{}]*+)\}")
FALLBACK = re.compile(r"""(?:process\.env|env)[\w.\[\]'"]*\s*(?:\|\||\?\?)\s*(?P<rest>.+)""", re.DOTALL)
VALUE = r"""(?:process\.env[\w.\[\]'"]*\s*(?:\|\||\?\?)\s*)?(['"`])(?P<text>[^'"`\n]*)\1"""
DEEPEST = 4


class Constants:
    """The constants of an app's sources, each looked up once."""

    def __init__(self, sources: tuple[Source, ...]) -> None:
        self._sources = sources
        self._known: dict[tuple[str, str], str | None] = {}

    def text(self, expression: str, source: Source, depth: int = 0) -> str | None:
        """The text that the expression stands for in that source; None when it can't be told."""
        expression = expression.strip()
        if depth > DEEPEST:
            return None
        if literal := LITERAL.fullmatch(expression):
            return self._filled(literal["text"], source, depth) if expression[0] == "`" else literal["text"]
        if fallback := FALLBACK.fullmatch(expression):
            return self.text(fallback["rest"], source, depth + 1)
        return self._named(expression, source, depth) if NAME.fullmatch(expression) else None

    def _filled(self, text: str, source: Source, depth: int) -> str | None:
        """A template with its holes filled; None when one can't be."""
        values = [self.text(hole, source, depth + 1) for hole in HOLE.findall(text)]
        if any(value is None for value in values) or text.count("${") != len(values):
            return None
        filling = iter(values)
        return HOLE.sub(lambda _: next(filling) or "", text)

    def _named(self, name: str, source: Source, depth: int) -> str | None:
        """The value of a constant (`const NAME = "/api"`), or of the one key of that name (`{ prefix: "/api" }`)."""
        key = (source.path, name)
        if key not in self._known:
            self._known[key] = None
            last = re.split(r"\??\.", name)[-1]
            sign = r"\s*(?::\s*\w+\s*)?=" if "." not in name else r"['\"]?\s*[:=]"
            pattern = re.compile(rf"""(?<![\w.$]){re.escape(last)}{sign}\s*(?:{VALUE})""")
            found = [*beginning_with(last, pattern, source.text)]
            found = found or [match for each in self._sources for match in beginning_with(last, pattern, each.text)]
            texts = {match["text"] for match in found if "${" not in match["text"]}
            self._known[key] = texts.pop() if len(texts) == 1 and len(found) else None
        return self._known[key]


def beginning_with(word: str, pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches of a pattern that begins with the word, found by the word."""
    position = text.find(word)
    while position >= 0:
        match = pattern.match(text, position)
        if match is not None:
            yield match
        position = text.find(word, match.end() if match is not None else position + 1)

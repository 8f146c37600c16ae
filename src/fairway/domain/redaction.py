"""Taking secrets out of texts, however a log or an answer may have written them.

A secret is looked for as it is, and as JSON, a URL, a form, HTML, base64 or hexadecimal digits write it; in base64 also
where it is only a part of what was encoded, such as the password in `user:password`. What is found becomes MASK.

The cost does not grow with the number of secrets as that of looking for each would: one expression, a tree of the first
characters of all spellings, finds the places where one may stand, and only there they are compared. A log of
100,000 lines takes half a second with 50 secrets (`bench/redaction.py`).
"""

import base64
import bisect
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

MASK = "•••"
HEAD = 12
"""Characters of a spelling by which its places are found."""
PIECE = 128
"""Characters of a spelling that are compared at once. A longer one is masked piece by piece, so that of a text that was
cut off in its middle only the last piece is left, and a stream holds back no more than this."""
LONG_PIECE = 1024
SHORTEST = 6
"""Characters of the shortest spelling that is looked for."""
LONG = 16 * 1024
"""Characters from which on a secret is looked for in its most usual spellings only."""


class Redactor:
    """Masks these secrets."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spellings = {piece for secret in secrets for text in spell(secret) for piece in cut(text)}
        self._sorted = sorted(spellings)
        self._longest = max(map(len, spellings), default=0)
        self._at: dict[str, list[str]] = {}
        for text in self._sorted:
            self._at.setdefault(text[:HEAD], []).append(text)
        for head, found in self._at.items():
            shorter = (text for end in range(SHORTEST, len(head)) for text in self._at.get(head[:end], ()))
            found[:] = sorted({*found, *(text for text in shorter if head.startswith(text))}, key=len, reverse=True)
        self._heads = re.compile(tree(self._at)) if self._at else None

    def __call__(self, text: str) -> str:
        """The text without the secrets."""
        if self._heads is None or self._heads.search(text) is None:
            return text
        parts: list[str] = []
        end = 0
        for start, after in self._find(text):
            if start > end or not parts:
                parts += [text[end:start], MASK]
            end = after
        return "".join([*parts, text[end:]])

    def stream(self) -> "Stream":
        """The same for a text that comes in parts."""
        return Stream(self)

    def _find(self, text: str) -> Iterator[tuple[int, int]]:
        """Where secrets stand: from and to, none within another."""
        assert self._heads is not None
        position = 0
        while (match := self._heads.search(text, position)) is not None:
            start = match.start()
            found = next((each for each in self._at[match[0]] if text.startswith(each, start)), None)
            position = start + 1
            if found is not None:
                position = start + len(found)
                yield start, position

    def begun(self, text: str) -> int:
        """Where at the end of the text a secret begins whose rest may be still to come; its length when none does. What
        stands within a whole secret begins none."""
        if self._heads is None:
            return len(text)
        whole = list(self._find(text))
        for start in range(max(0, len(text) - self._longest), len(text)):
            rest = text[start:]
            place = bisect.bisect_right(self._sorted, rest)
            if place == len(self._sorted) or not self._sorted[place].startswith(rest):
                continue
            if not any(first < start < after for first, after in whole):
                return start
        return len(text)


class Stream:
    """Masks a text that comes in parts; what may be the beginning of a secret is held back until its rest has come. A
    line that has ended is never held back: the lines of a secret that has several are secrets of their own."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = ""

    def feed(self, text: str) -> str:
        """What can be shown by now."""
        text = self._held + text
        ended = text.rfind("\n") + 1
        end = ended + self._redactor.begun(text[ended:])
        self._held = text[end:]
        return self._redactor(text[:end])

    def end(self) -> str:
        """What is left."""
        text, self._held = self._held, ""
        return self._redactor(text)


NOTHING = Redactor()
"""Masks nothing."""


def spell(secret: str) -> set[str]:
    """The secret in each way in which it may be written."""
    data = secret.encode("utf-8", "surrogatepass")
    written = json.dumps(secret)[1:-1]
    found = {secret, written, json.dumps(secret, ensure_ascii=False)[1:-1], *in_base64(data)}
    if len(secret) < LONG:
        found |= {json.dumps(written)[1:-1], written.replace("/", "\\/"), html.escape(secret), data.hex()}
        found |= {data.hex().upper(), *in_url(data)}
    return {text for text in found if len(text) >= SHORTEST}


def in_url(data: bytes) -> set[str]:
    """As paths, queries, forms and JavaScript's two functions write it, with upper and lower case digits."""
    safe = ("/", "", "!'()*~", ";,/?:@&=+$!'()*#~")
    found = {quote_plus(data), *(quote(data, safe=each) for each in safe)}
    return found | {re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), text) for text in found}


def in_base64(data: bytes) -> set[str]:
    """The data in base64, alone and within something longer: then it may begin at each of three places, and its first
    and last characters depend on what stands beside it, so that they are left out."""
    found = {base64.b64encode(data).decode()}
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + data).decode()
        found.add(encoded[(0, 2, 3)[offset] : (offset + len(data)) * 8 // 6])
    return found | {text.replace("+", "-").replace("/", "_") for text in found}


def cut(text: str) -> list[str]:
    """Pieces of PIECE characters (of a very long text LONG_PIECE, so that there are not too many), the last one longer
    than that: none is too short."""
    size = PIECE if len(text) < LONG else LONG_PIECE
    count = max(1, len(text) // size)
    return [text[index * size : (index + 1) * size if index < count - 1 else None] for index in range(count)]


def tree(heads: Iterable[str]) -> str:
    """An expression that finds the longest of these heads: those that begin alike have one branch."""
    root: dict[str, dict[str, object]] = {}
    for head in heads:
        node = root
        for character in head:
            node = node.setdefault(character, {})  # type: ignore[assignment]
        node[""] = {}
    return branches(root)


def branches(node: dict[str, dict[str, object]]) -> str:
    """A node of the tree, with all below it."""
    below = [re.escape(character) + branches(next) for character, next in node.items() if character]  # type: ignore[arg-type]
    if not below:
        return ""
    text = below[0] if len(below) == 1 and "" not in node else f"(?:{'|'.join(below)})"
    return text + ("?" if "" in node else "")

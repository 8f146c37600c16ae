"""Patterns of branches, tags and files, as CodePipeline's filters write them.

`*` is any part of a name between slashes, `**` any part across them, `?` one character, `[a-z]` one of a set (`[!a-z]`
one of the others), `{main,release}` one of several (not nested), `\\` takes the next character as it is. A `**/` also
stands for no folder at all: Amazon's own example lets `common/**/*.js` match `common/app.js`.

No regular expressions are made of them: a pattern is followed from all places of the name at once, so that no pattern
of a pushed file, however odd, takes longer than its length times that of the name.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """One character: of those in the ranges, or of the others. Never a slash, unless it alone is meant."""

    ranges: tuple[tuple[str, str], ...] = ()
    others: bool = False

    def fits(self, character: str) -> bool:
        """Whether the character is one of them."""
        within = any(first <= character <= last for first, last in self.ranges)
        return within is not self.others and (character != "/" or self.ranges == (("/", "/"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Any number of characters: `across` slashes, or between them."""

    across: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Any number of whole folders, none included: `**/`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """One of several: `{a,b}`."""

    choices: tuple[tuple["Part", ...], ...]


Part = One | Stretch | Folders | Either


def problem(pattern: str) -> str:
    """What is wrong with the pattern, "" when it is one."""
    try:
        parse(pattern)
    except ValueError as error:
        return str(error)
    return ""


def matches(pattern: str, name: str) -> bool:
    """Whether the whole name matches. Raises ValueError for what is no pattern."""
    return len(name) in reach(parse(pattern), {0}, name)


def reach(parts: Sequence[Part], places: Collection[int], name: str) -> Collection[int]:
    """The places of the name at which the parts may end that begin at one of the given places."""
    for part in parts:
        if not places:
            # A push may have changed a hundred thousand files, most of which differ from the pattern at once.
            break
        match part:
            case One():
                places = {at + 1 for at in places if at < len(name) and part.fits(name[at])}
            case Stretch(across=across):
                places = _stretch(places, name, across=across)
            case Folders():
                further = _stretch(places, name, across=True)
                places = {at for at in further if at in places or name[at - 1 : at] == "/"}
            case Either(choices=choices):
                places = {at for choice in choices for at in reach(choice, places, name)}
    return places


def _stretch(places: Collection[int], name: str, *, across: bool) -> set[int]:
    found: set[int] = set()
    for at in range(len(name) + 1):
        goes_on = at - 1 in found and (across or name[at - 1] != "/")
        if at in places or goes_on:
            found.add(at)
    return found


@lru_cache(maxsize=256)
def parse(pattern: str) -> tuple[Part, ...]:
    """The parts of a pattern. Raises ValueError that says what is wrong."""
    return _Reader(pattern).read(inside=False)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def read(self, *, inside: bool) -> tuple[Part, ...]:
        """The parts up to the end, or `inside` braces to the next comma or the closing one."""
        parts: list[Part] = []
        while self.at < len(self.text) and not (inside and self.text[self.at] in ",}"):
            parts.append(self.read_part(inside=inside))
        return tuple(parts)

    def read_part(self, *, inside: bool) -> Part:
        begin = self.at == 0 or self.text[self.at - 1] in ("/{," if inside else "/")
        match self.take():
            case "*":
                return self.read_stars(begin=begin)
            case "?":
                return One(others=True)
            case "[":
                return self.read_set()
            case "{" if inside:
                raise ValueError("a group {…} has another one inside")
            case "{":
                return self.read_choices()
            case "\\":
                return self.just(self.take("there is nothing after the last \\"))
            case character:
                return self.just(character)

    def read_stars(self, *, begin: bool) -> Part:
        count = 1
        while self.text[self.at : self.at + 1] == "*":
            self.at += 1
            count += 1
        if count > 1 and begin and self.text[self.at : self.at + 1] == "/":
            self.at += 1
            return Folders()
        return Stretch(across=count > 1)

    def read_set(self) -> Part:
        missing = "a set […] is not closed"
        others = self.text[self.at : self.at + 1] == "!"
        self.at += others
        ranges: list[tuple[str, str]] = []
        while (first := self.take(missing)) != "]":
            last = first
            if first != "-" and self.text[self.at : self.at + 1] == "-" and self.text[self.at + 1 : self.at + 2] != "]":
                self.at += 1
                last = self.take(missing)
            if "/" in (first, last):
                raise ValueError("a set […] has a slash, which stands between names")
            if last < first:
                raise ValueError(f"the range {first}-{last} runs backwards")
            ranges.append((first, last))
        if not ranges:
            raise ValueError("a set […] is empty")
        return One(ranges=tuple(ranges), others=others)

    def read_choices(self) -> Part:
        choices = [self.read(inside=True)]
        while self.take("a group {…} is not closed") == ",":
            choices.append(self.read(inside=True))
        return Either(choices=tuple(choices))

    def just(self, character: str) -> Part:
        return One(ranges=((character, character),))

    def take(self, missing: str = "") -> str:
        if self.at >= len(self.text):
            raise ValueError(missing)
        self.at += 1
        return self.text[self.at - 1]

"""Patterns that are looked for only where they can be found.

Detection asks each of a backend's files some thirty questions, and most files answer none of them. Looking for a word
takes a hundredth of the time that a pattern takes which may begin with any word.
"""

import re
from collections.abc import Iterator


class Clue:
    """A pattern, with words of which every match of it holds one."""

    def __init__(self, pattern: str, *words: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self.pattern = re.compile(pattern, flags)
        self.words = words

    def may_be_in(self, text: str) -> bool:
        """Whether a match is possible."""
        return any(word in text for word in self.words)

    def search(self, text: str) -> re.Match[str] | None:
        """The first match."""
        return self.pattern.search(text) if self.may_be_in(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match."""
        return self.pattern.finditer(text) if self.may_be_in(text) else iter(())

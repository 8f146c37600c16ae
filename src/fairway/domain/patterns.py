"""Which files of an action are kept: patterns such as `report/**`, `coverage/*.xml`, `screenshots`.

    *    anything within one part of a path
    **   anything, over several parts
    ?    one character

A pattern that names a folder means all that is in it. The first part has no wildcard, so that there is always a place
to look at which is smaller than the whole image.
"""

import re

WILD = re.compile(r"[*?]")
PART = re.compile(r"\*\*/?|\*|\?|[^*?]+")
MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def fits(pattern: str) -> bool:
    """Whether a text is such a pattern."""
    parts = pattern.split("/")
    plain = all(part not in ("", ".", "..") and part.isprintable() and "\\" not in part for part in parts)
    return plain and not WILD.search(parts[0])


def root(pattern: str) -> str:
    """The file or folder that everything which matches lies in: `report/**/*.xml` → `report`."""
    parts = pattern.split("/")
    wild = next((number for number, part in enumerate(parts) if WILD.search(part)), len(parts))
    return "/".join(parts[:wild])


def matches(path: str, pattern: str) -> bool:
    """Whether the file at the path is kept."""
    written = "".join(MEANING.get(part) or re.escape(part) for part in PART.findall(pattern))
    return re.fullmatch(f"{written}(?:/.*)?", path, re.DOTALL) is not None

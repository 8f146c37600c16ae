"""Which files of an action are kept: patterns such as `report/**`, `coverage/*.xml`, `screenshots` (see `glob`).

A pattern that names a folder means all that is in it. The first part has no wildcard, so that there is always a place
to look at which is smaller than the whole image.
"""

import re

from fairway.domain import glob

WILD = re.compile(r"[*?\[{]")


def fits(pattern: str) -> bool:
    """Whether a text is such a pattern."""
    parts = pattern.split("/")
    plain = all(part not in ("", ".", "..") and part.isprintable() and "\\" not in part for part in parts)
    return plain and not WILD.search(parts[0]) and not glob.problem(pattern)


def root(pattern: str) -> str:
    """The file or folder that everything which matches lies in: `report/**/*.xml` → `report`."""
    parts = pattern.split("/")
    wild = next((number for number, part in enumerate(parts) if WILD.search(part)), len(parts))
    return "/".join(parts[:wild])


def matches(path: str, pattern: str) -> bool:
    """Whether the file at the path is kept."""
    return glob.matches(pattern, path) or glob.matches(f"{pattern}/**", path)

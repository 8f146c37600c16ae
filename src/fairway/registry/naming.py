"""How images are tagged in a registry: by the commit that they were built from."""

import re

LONGEST = 128
"""A tag's limit in OCI's distribution specification."""


def tag(commit: str) -> str:
    """The tag of a commit's image: the commit itself; of any other text what a tag may hold (`a/b+c` → `a-b-c`).

    Raises ValueError when nothing of the text may stay.
    """
    cleaned = re.sub(r"[^A-Za-z0-9_.-]+", "-", commit).lstrip(".-")[:LONGEST].rstrip("-.")
    if not cleaned:
        raise ValueError(f"{commit!r} gives no tag")
    return cleaned

"""uv's own image, from which Dockerfiles copy the program (`COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/`), and its
variants with a Python: which version of each a name asks for."""

import re
from dataclasses import dataclass

REFERENCE = re.compile(r"(?:ghcr\.io/astral-sh|(?:docker\.io/)?astral)/uv(?::(?P<tag>[\w.-]+))?")
VERSION = re.compile(r"\d+(?:\.\d+){0,2}")
OWN = frozenset({"debian", "slim", "bookworm", "bullseye", "trixie", "alpine", "latest"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a name asks for. `version` is for pip (`==0.5.4`, `==0.5.*`, "" for the newest); `python` the version of
    the Python with which it comes, "" where it is uv alone; `rest` the variant's other words (`bookworm-slim`)."""

    version: str
    python: str
    rest: str


def read(reference: str) -> Wanted | None:
    """What the image's name asks for; None where it is another image, or a name that can't be told."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        return None
    version, python, rest = "", "", []
    for number, part in enumerate((match["tag"] or "latest").split("-")):
        if number == 0 and VERSION.fullmatch(part):
            version = f"=={part}" if part.count(".") == 2 else f"=={part}.*"
        elif part.startswith("python3"):
            python = part.removeprefix("python")
        elif re.sub(r"[\d.]+$", "", part) in OWN:
            rest.append(part)
        else:
            return None
    return Wanted(
        version=version, python=python, rest="-".join(part for part in rest if part not in ("debian", "latest"))
    )

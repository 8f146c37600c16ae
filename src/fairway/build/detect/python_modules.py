"""Under which name a Python file is imported: from the repository's root, from `src`, or from a folder below.

The layout alone does not tell. `src/main.py` is `main` in most projects, and `src.main` where the others import
`src.config`; `app/main.py` is `app.main`, and `main` where it says `from config import settings`. So the app's own
imports decide: the folder counts from which most of them are found.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Mapping

from fairway.build.detect.source import Source

IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(?P<of>\w++)[\w.]*+[ \t]++import|import[ \t]+(?P<name>\w+))", re.MULTILINE)
RELATIVE = re.compile(r"^[ \t]*from[ \t]+(?P<dots>\.++)[\w.]*+[ \t]++import", re.MULTILINE)
SOURCE = "src"
USUAL = (".", SOURCE)
"""The folders that modules are imported from where nothing says otherwise."""


def root(path: str, sources: tuple[Source, ...], names: Collection[str]) -> str:
    """The folder that the file's module is named from (`.` for the repository's root). `names` are the packages that
    are installed: what is imported from them is not the app's."""
    own = next((source for source in sources if source.path == path), None)
    dots = max((len(match["dots"]) for match in RELATIVE.finditer(own.text)), default=0) if own else 0
    above = posixpath.dirname(path).split("/") if "/" in path else []
    ancestors = ["/".join(above[:count]) or "." for count in range(len(above) + 1)]
    # A relative import needs as many packages above the file as it has dots.
    possible = ancestors[: len(ancestors) - dots] or ["."]
    usual = sorted(possible, key=lambda folder: folder != SOURCE)
    if len(usual) == 1:
        return usual[0]
    asked = asked_for(sources)
    return max(usual, key=lambda folder: found_from(folder, sources, names, asked))


def asked_for(sources: tuple[Source, ...]) -> Mapping[str, int]:
    """How often each first part of a module is imported."""
    return Counter(name for source in sources for name in imports(source))


def found_from(folder: str, sources: tuple[Source, ...], names: Collection[str], asked: Mapping[str, int]) -> int:
    """How many imports of the sources are found from the folder."""
    prefix = "" if folder == "." else f"{folder}/"
    within = [source.path[len(prefix) :] for source in sources if source.path.startswith(prefix)]
    there = {path.partition("/")[0].removesuffix(".py") for path in within} - {name.replace("-", "_") for name in names}
    return sum(asked.get(name, 0) for name in there)


def imports(source: Source) -> list[str]:
    """The first part of each absolute import."""
    return [match["of"] or match["name"] for match in IMPORT.finditer(source.text)]


def roots(sources: tuple[Source, ...], names: Collection[str], chosen: str) -> tuple[str, ...]:
    """The folders of the import path: the root, `src` unless it is a package that most imports go through by that name
    (its modules would then hide installed packages, as src/redis.py does), and the one that was chosen."""
    asked = asked_for(sources)
    package = chosen != SOURCE and asked.get(SOURCE, 0) > found_from(SOURCE, sources, names, asked)
    return (".",) if package else tuple(dict.fromkeys((*USUAL, chosen or ".")))


def module(path: str, folder: str) -> str:
    """The file's module as it is imported from the folder: `app/main.py` is `app.main`."""
    name = path.removesuffix(".py").removeprefix("" if folder == "." else f"{folder}/")
    return name.removesuffix("/__init__").replace("/", ".")

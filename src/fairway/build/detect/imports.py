"""The files of the app that a source imports, by the names that it gives to what comes from them."""

import posixpath
import re
from collections.abc import Mapping

from fairway.build.detect.source import Source

# What has taken white space gives none back: several in a row would try every way to part it among them.
IMPORTED = re.compile(
    r"""(?:import\s++(?:\*\s++as\s++)?(?P<default>[\w$]++)?\s*+,?\s*+(?:\{(?P<named>[^{}]{0,4000})\})?\s*+from\s*+['"](?P<from>[.@~#][^'"\n]*)['"])"""
    r"""|(?:(?:const|let|var)\s++(?:(?P<whole>[\w$]++)|\{(?P<parts>[^{}]{0,4000})\})\s*+=\s*+require\(\s*+['"](?P<required>[.@~#][^'"\n]*)['"]\s*+\))"""
)


def imports(source: Source, files: Mapping[str, Source]) -> dict[str, str]:
    """The names that come from the app's other files, with the file."""
    found: dict[str, str] = {}
    for match in IMPORTED.finditer(source.text):
        if not (path := resolve(source.path, match["from"] or match["required"], files)):
            continue
        names = [match["default"], match["whole"]]
        for group in (match["named"], match["parts"]):
            names.extend(re.split(r"\s+as\s+|\s*:\s*", part.strip())[-1] for part in (group or "").split(","))
        found.update({name: path for name in names if name})
    return found


def resolve(importer: str, text: str, files: Mapping[str, Source]) -> str | None:
    """The file of the app that an import names: relative to the importer, or by the aliases that most projects give
    their sources (`@/routes`, `~/routes`, `#src/routes`, `@src/routes`)."""
    if not text.startswith("."):
        return aliased(text, files)
    return file_of(posixpath.normpath(posixpath.join(posixpath.dirname(importer), text)), files)


def aliased(text: str, files: Mapping[str, Source]) -> str | None:
    """The file behind an alias. A package of the same name (`@nestjs/core`) is none: no source lies there."""
    first, _, rest = text.partition("/")
    folder = first.lstrip("@~#")
    places = (f"src/{folder}/{rest}", f"{folder}/{rest}") if folder else (f"src/{rest}", rest)
    return next((path for place in places if (path := file_of(posixpath.normpath(place), files))), None)


def file_of(path: str, files: Mapping[str, Source]) -> str | None:
    """The file that a path without its suffix means."""
    stem = re.sub(r"\.[cm]?js$", "", path)
    ends = ("", ".ts", ".js", ".mts", ".mjs", ".cts", ".cjs", "/index.ts", "/index.js", "/index.mjs")
    return next((name for base in (path, stem) for end in ends if (name := base + end) in files), None)

"""The files of variables that an app insists on, though its variables come from outside: `.env` and its like.

env-cmd, `node --env-file` and some apps' own code end when the file is not there, with every variable set. An empty
one in the image is enough for them. None may come from the repository: example values never reach production.
"""

import posixpath
import re
from collections.abc import Iterable

from fairway.build.detect.clue import Clue
from fairway.build.detect.package_json import Package
from fairway.build.detect.source import Source

EMPTY = re.compile(r"--env-file=(\S+)|--env-file\s+(\S+)|\benv-cmd\b(?:\s+(?:-f|--file)[ =](\S+))?")
# dotenv's own answer, looked at: `const found = dotenv.config(); if (found.error) throw …`.
INSISTS = Clue(
    r"""\b(?:const|let|var)\s+(?:(?P<whole>[\w$]+)|\{\s*error\b[^}]{0,200}\})\s*(?::\s*[\w.]+\s*)?=\s*"""
    r"""(?:dotenv|env|require\(\s*['"]dotenv['"]\s*\))\s*\.\s*config\(\s*\)""",
    "config(",
)
ENDS = re.compile(r"\bthrow\b|\bprocess\.exit\(\s*[^0)\s]")
LOOKED_AT = 400


def empty_files(package: Package, sources: Iterable[Source]) -> tuple[str, ...]:
    """The environment files that scripts or the app's own code insist on, though the variables come from outside."""
    found: list[str] = [".env"] if any(insists(item.text) for item in sources) else []
    for text in package.scripts.values():
        for match in EMPTY.finditer(text):
            path = next((group for group in match.groups() if group), ".env").strip("'\"")
            path = posixpath.normpath(path)
            if not path.startswith(("/", "..")) and "$" not in path and path not in found:
                found.append(path)
    return tuple(found)


def insists(text: str) -> bool:
    """Whether a source ends the process when dotenv finds no .env file."""
    for match in INSISTS.finditer(text):
        name = re.escape(match["whole"]) + r"\.error" if match["whole"] else "error"
        after = text[match.end() : match.end() + LOOKED_AT]
        judged = re.search(rf"\bif\s*\(\s*{name}\b[^)]*\)(?P<then>[^}}]*)", after)
        if judged and ENDS.search(judged["then"]):
            return True
    return False

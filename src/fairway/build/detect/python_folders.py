"""Folders that a Python app reads by their place: relative to where its author starts it, and perhaps on that machine
alone.

`StaticFiles(directory="static")` ends the app at its start where the folder is not found. It lies beside the code that
its author starts from there, or it is empty, and git keeps no empty folder.
"""

import posixpath
import re

from fairway.build.detect.clue import Clue
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Problem

INSISTS = Clue(r"""\bStaticFiles\(\s*directory\s*=\s*['"](?P<path>[\w./-]+)['"](?P<rest>[^)]*)\)""", "StaticFiles(")
READS = Clue(
    r"""\b(?:StaticFiles|Jinja2Templates|FileSystemLoader)\(\s*(?:\w+\s*=\s*)?['"](?P<path>[\w./-]+)['"]""",
    *("StaticFiles(", "Jinja2Templates(", "FileSystemLoader("),
)
MADE = r"""(?:makedirs|mkdir|Path)\(\s*['"](?:\./)?{}/?['"]"""


def home(tree: Tree, sources: tuple[Source, ...], root: str) -> str:
    """The folder to start the app in: that of its modules where what it reads lies there and not at the repository's
    root, else the root."""
    known = {posixpath.dirname(path) for path in tree.files()}

    def holds(folder: str) -> bool:
        return any(each == folder or each.startswith(f"{folder}/") for each in known)

    read = {posixpath.normpath(match["path"]) for source in sources for match in READS.finditer(source.text)}
    return root if any(holds(f"{root}/{path}") and not holds(path) for path in read) else "."


def missing(tree: Tree, sources: tuple[Source, ...]) -> tuple[Problem, ...]:
    """A problem for each such folder, relative to where the app is started, that nothing in the sources makes."""
    known = {posixpath.dirname(path) for path in tree.files()}
    found: dict[str, Problem] = {}
    for source in sources:
        for match in INSISTS.finditer(source.text):
            path = posixpath.normpath(match["path"])
            there = any(f"/{path}/" in f"/{folder}/" for folder in known)
            made = re.compile(MADE.format(re.escape(path)))
            if path.startswith(("/", "..")) or path == "." or there or "check_dir" in match["rest"]:
                continue
            if not any(made.search(other.text) for other in sources):
                found.setdefault(path, problem(path, source.where(match.start())))
    return tuple(found.values())


def problem(path: str, where: str) -> Problem:
    """The problem of one folder."""
    return Problem(
        what=f"the folder {path} is not in the commit, and the app does not start without it",
        why="git keeps no empty folder, so that it is on the author's machine alone",
        fix=f'touch {path}/.gitkeep && git add {path}, or make it at the start: os.makedirs("{path}", exist_ok=True)',
        where=where,
    )

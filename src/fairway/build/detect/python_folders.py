"""Folders that a Python app insists on and that no commit has: git keeps no empty one.

`StaticFiles(directory="uploads")` ends the app at its start where the folder is missing, though it is there on the
author's machine.
"""

import posixpath
import re

from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Problem

INSISTS = re.compile(r"""\bStaticFiles\(\s*directory\s*=\s*['"](?P<path>[\w./-]+)['"](?P<rest>[^)]*)\)""")
MADE = r"""(?:makedirs|mkdir|Path)\(\s*['"](?:\./)?{}/?['"]"""


def missing(tree: Tree, sources: tuple[Source, ...]) -> tuple[Problem, ...]:
    """A problem for each such folder, relative to where the app is started, that nothing in the sources makes."""
    known = {posixpath.dirname(path) for path in tree.files()}
    found: dict[str, Problem] = {}
    for source in sources:
        for match in INSISTS.finditer(source.text):
            path = posixpath.normpath(match["path"])
            there = any(folder == path or folder.startswith(f"{path}/") for folder in known)
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

"""The scripts of the repository that a Dockerfile's start command runs: can the kernel start them?

A script whose first line ends as on Windows, or that git does not mark as executable, fails only when its container is
started, with a message that names something else.
"""

import posixpath
import re

from fairway.build.detect.dockerfile_text import Instruction
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Problem, Start

MENDED = re.compile(r"dos2unix|\\r|sed\b.*\^M")


def read(tree: Tree, path: str, instructions: tuple[Instruction, ...], command: Start | None) -> list[Problem]:
    """The problem of a start script with Windows line ends that the Dockerfile does not mend."""
    script = find(tree, command)
    if script is None or any(item.name == "RUN" and MENDED.search(item.rest) for item in instructions):
        return []
    first, _, _ = (tree.read(script) or b"").partition(b"\n")
    if not first.startswith(b"#!") or not first.endswith(b"\r"):
        return []
    return [
        Problem(
            what=f"{script} has Windows line ends, so it can't be started",
            why=f"the kernel looks for a program named {first[2:].strip().decode('utf-8', 'replace')}\\r",
            fix=f"sed -i 's/\\r$//' {script} and commit it, with the line *.sh text eol=lf in .gitattributes",
            where=f"{script}:1",
        )
    ]


def find(tree: Tree, command: Start | None) -> str | None:
    """The file of the repository that the command's program, or a word of it, is a copy of."""
    for word in command.command if command else ():
        name = posixpath.basename(word)
        if re.fullmatch(r"[\w.-]+\.(sh|bash)|[\w-]*entrypoint[\w-]*", name):
            found = [path for path in tree.files() if posixpath.basename(path) == name]
            if found:
                return min(found, key=lambda path: (path.count("/"), path))
    return None

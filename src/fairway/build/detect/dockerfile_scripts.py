"""The scripts of the repository that a Dockerfile's start command runs: can the kernel start them, and which server do
they start?

A script whose first line ends as on Windows, or that git does not mark as executable, fails only when its container is
started, with a message that names something else. One that starts a single server says the port and the address as
well as a CMD would.
"""

import posixpath
import re
from dataclasses import replace

from fairway.build.detect.dockerfile_text import Instruction
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Problem, Start

SERVES = re.compile(
    r"(?:^|[\s/])(?:gunicorn|uvicorn|hypercorn|daphne|granian|uwsgi|waitress-serve|sanic|flask\b[^|;&]{0,200}\srun"
    r"|(?:fastapi|litestar|quart)\s+(?:run|dev)|python3?\s+\S*manage\.py\s+runserver)(?=\s)"
)
# What stands in front of the server then: its own port is the image's.
IN_FRONT = re.compile(
    r"(?:^|[\s/])(?:nginx|caddy|apache2\S*|apachectl|httpd|haproxy|supervisord|traefik)(?=\s|$)", re.MULTILINE
)
MOST_BYTES = 64 * 1024
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


def text(tree: Tree, command: Start | None) -> str:
    """The text of the script that the command runs; empty where it runs none of the repository."""
    script = find(tree, command)
    return (tree.read(script) or b"")[:MOST_BYTES].decode("utf-8", "replace") if script else ""


def served(tree: Tree, command: Start | None) -> Start | None:
    """The only line of the command's script that starts a server, in place of the command; the command itself where
    there is no such line, several, of which nobody knows which one runs, or a web server in front of it."""
    script = find(tree, command)
    if command is None or script is None:
        return command
    joined = re.sub(r"\\\r?\n[ \t]*", lambda match: " " * len(match[0]), text(tree, command))
    content = re.sub(r"(?m)^[ \t]*#.*$", lambda match: " " * len(match[0]), joined)
    lines = [match for match in re.finditer(r"[^\n]+", content) if SERVES.search(match[0])]
    if len(lines) != 1 or IN_FRONT.search(content):
        return command
    line = text(tree, command).count("\n", 0, lines[0].start()) + 1
    return replace(command, text=" ".join(lines[0][0].split()), where=f"{script}:{line}")


def find(tree: Tree, command: Start | None) -> str | None:
    """The file of the repository that the command's program, or a word of it, is a copy of."""
    for word in command.command if command else ():
        name = posixpath.basename(word)
        if re.fullmatch(r"[\w.-]+\.(sh|bash)|[\w-]*entrypoint[\w-]*", name):
            found = [path for path in tree.files() if posixpath.basename(path) == name]
            if found:
                return min(found, key=lambda path: (path.count("/"), path))
    return None

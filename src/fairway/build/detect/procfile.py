"""A Procfile: `web` starts the app, and its other lines say what else the platform did for it.

Only `web` is started. A worker that nobody starts, or a migration that nobody makes, is missed late, so each is told
with the lines of fairway.toml that take its place.
"""

import json
import re
from dataclasses import dataclass

from fairway.build.detect import needs, package_json, shell
from fairway.build.detect.tree import Tree

LINE = re.compile(r"^(?P<name>[\w-]+)[ \t]*:[ \t]*(?P<command>\S.*)$", re.MULTILINE)
MOST_TOLD = 5
SERVICE = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: the process's name, its command, and where it stands."""

    name: str
    command: str
    where: str


def lines(tree: Tree) -> tuple[Line, ...]:
    """The lines of the Procfile, none without one."""
    text = (tree.read("Procfile") or b"").decode("utf-8-sig", "replace")
    return tuple(
        Line(
            name=match["name"],
            command=match["command"].strip(),
            where=f"Procfile:{text.count(chr(10), 0, match.start()) + 1}",
        )
        for match in LINE.finditer(text)
        if len(match["command"]) <= package_json.LONGEST_SCRIPT
    )


def web(tree: Tree) -> Line | None:
    """The line that starts the app."""
    return next((line for line in lines(tree) if line.name == "web"), None)


def notes(tree: Tree) -> tuple[str, ...]:
    """What the other lines would have done, and what does it here; at most 5. Nothing where no line starts the app: the
    file is another tool's then (a developer's `Procfile` for foreman)."""
    if web(tree) is None:
        return ()
    others = [line for line in lines(tree) if line.name != "web"][:MOST_TOLD]
    return tuple(told(line) for line in others)


def told(line: Line) -> str:
    """What to say of a line that nothing runs."""
    if line.name == "release":
        instead = f"[migrations] command = {json.dumps(line.command)}" if needs.touches_database(line.command) else ""
        return f'"{line.command}" is not run for each release ({line.where})' + (f": {instead}" if instead else "")
    name = line.name.lower().replace("_", "-")
    if not SERVICE.fullmatch(name):
        name = "worker"
    return f'"{line.command}" is not started ({line.where}): [services.{name}] command = {words(line.command)}'


def words(command: str) -> str:
    """A command as fairway.toml has it: a list of words, through a shell where one is needed."""
    try:
        commands = shell.parse(command)
    except ValueError:
        commands = ()
    plain = len(commands) == 1 and commands[0].plain and not commands[0].variables
    return json.dumps(list(commands[0].words) if plain else ["sh", "-c", command], ensure_ascii=False)

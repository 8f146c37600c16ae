"""What uWSGI's own file and options say: on which port it listens, and whether that is HTTP at all.

`socket` speaks uWSGI's own protocol, which nginx understands and no browser does: such a task is up, and every request
to it fails. Only `http` and `http-socket` are heard.
"""

import posixpath
import re

from fairway.build.detect import numbers
from fairway.build.detect.python_gunicorn import USUAL, Bound
from fairway.build.detect.reach import unreachable
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Port, Problem

CALLED = re.compile(r"(?:^|[\s/])uwsgi\b(?P<rest>[^|;&\n]*)")
OPTION = re.compile(
    r"--(?P<key>http|http-socket|socket|uwsgi-socket|protocol|die-on-term)(?![\w-])(?:[ =]+(?P<value>[^\s'\"]+))?"
)
SHORT = re.compile(r"(?:^|\s)-s[ =]*(?P<value>\S+)")
FILE = re.compile(r"(?:^|[\s=])(?P<path>[\w./-]+\.ini)\b")
SETTING = re.compile(
    r"^[ \t]*(?P<key>http|http-socket|socket|uwsgi-socket|protocol|die-on-term)[ \t]*(?:=[ \t]*(?P<value>\S+))?[ \t]*$",
    re.MULTILINE,
)
LOOPBACK = re.compile(r"^(?:127\.0\.0\.1|localhost|\[::1\]):")
# `$(PORT)` in its file, `$PORT` and `${PORT:-9090}` on a command line.
VARIABLE = re.compile(r"\$[({]?(?P<name>\w+)(?::?-(?P<default>\d+))?[)}]?$")


def read(tree: Tree, command: str, where: str) -> Bound | None:
    """What a uWSGI of this command listens on; None when the command is no uWSGI, or nothing names an address. `where`
    is the command's place."""
    called = CALLED.search(command)
    if called is None:
        return None
    path = file_of(tree, called["rest"])
    text = (tree.read(path) or b"").decode("utf-8", "replace") if path else ""
    said: dict[str, tuple[str, str]] = {
        match["key"]: (match["value"] or "", f"{path}:{text.count(chr(10), 0, match.start('key')) + 1}")
        for match in SETTING.finditer(text)
    }
    said |= {match["key"]: (match["value"] or "", where) for match in OPTION.finditer(called["rest"])}
    if short := SHORT.search(called["rest"]):
        said["socket"] = (short["value"], where)
    if said.get("protocol", ("", ""))[0] == "http" and "socket" in said:
        said["http-socket"] = said["socket"]
    spoken = said.get("http-socket") or said.get("http")
    if spoken is None:
        own = said.get("socket") or said.get("uwsgi-socket")
        return Bound(port=None, problems=(unheard(*own),)) if own else None
    problems = [] if "die-on-term" in said else [lives_on(spoken[1])]
    if LOOPBACK.match(spoken[0]):
        problems.append(
            unreachable("uWSGI binds to the loopback interface alone", spoken[1], "write http-socket = :8000")
        )
    return Bound(port=port(*spoken), problems=tuple(problems))


def file_of(tree: Tree, rest: str) -> str:
    """The file of the repository that the options name, which is a path in the image: the one with the longest common
    end; empty when there is none."""
    named = FILE.search(rest)
    parts = posixpath.normpath(named["path"]).lstrip("/").split("/") if named else []
    ends = ["/".join(parts[number:]) for number in range(len(parts))]
    files = tree.files()
    return next((path for end in ends for path in files if path == end or path.endswith(f"/{end}")), "")


def port(address: str, where: str) -> Port | None:
    """The port of an address (`:8000`, `0.0.0.0:$(PORT)`); None when it can't be told."""
    variable = VARIABLE.search(address)
    if variable and variable["name"] == "PORT":
        return Port(number=numbers.port(variable["default"]) or USUAL, variable="PORT", where=where)
    number = numbers.port(variable["default"] if variable else address.rpartition(":")[2])
    return Port(number=number, variable=None, where=where) if number else None


def unheard(address: str, where: str) -> Problem:
    """The problem of a uWSGI that only a web server in front of it understands."""
    return Problem(
        what="uWSGI speaks its own protocol here, and no HTTP",
        why=f"socket = {address} is for a web server beside it, so every request would fail",
        fix="write http-socket = :8000 in place of socket",
        where=where,
        fatal=True,
        start=True,
    )


def lives_on(where: str) -> Problem:
    """The problem of a uWSGI that takes SIGTERM for the wish to start anew."""
    return Problem(
        what="uWSGI does not end when it is told to stop",
        why="without die-on-term it reloads at SIGTERM, and is killed at the end of stop_timeout",
        fix="write die-on-term = true in its file, or --die-on-term in its command",
        where=where,
    )

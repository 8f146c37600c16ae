"""What gunicorn's own file says: it binds where that file says, whatever PORT is.

gunicorn reads `gunicorn.conf.py` of its working directory by itself, another one by `-c`. Only options of the command
line come before it, so a `bind` there decides the port, and whether anybody outside the container is heard.
"""

import re
from dataclasses import dataclass

from fairway.build.detect import numbers
from fairway.build.detect.reach import unreachable
from fairway.build.detect.tree import Tree
from fairway.domain import sourcetext
from fairway.domain.detection import Port, Problem

FILE = "gunicorn.conf.py"
FIX = 'bind = "0.0.0.0:8000" there, or --bind 0.0.0.0:8000 in the start command'
PROGRAM = re.compile(r"\bgunicorn\b")
NAMED = re.compile(r"\s(?:-c|--config)[ =]+['\"]?(?:file:)?(?P<path>[\w./:-]+)")
EXPLICIT = re.compile(r"\s(?:-b|--bind)\b")
BIND = re.compile(r"^bind\s*=\s*(?P<value>[^\n]*(?:\n[ \t)\]]+[^\n]*){0,4})", re.MULTILINE)
VARIABLE = re.compile(
    r"""(?:environ\.get|getenv|environ\[|\benv(?:\.\w+)?|\bconfig)\(?\s*['"](?P<name>\w+)['"]"""
    r"""(?:\s*,\s*(?:default\s*=\s*)?['"]?(?P<default>[\w.:\[\]-]*))?"""
)
ADDRESS = re.compile(r":(?P<number>\d{2,5})\b")
LOOPBACK = re.compile(r"""(?:^|[^\w.])(?:127\.0\.0\.1|localhost)\b""")
USUAL = 8000
DEEPEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The port that gunicorn's file binds to, and what keeps it from being reached."""

    port: Port | None
    problems: tuple[Problem, ...] = ()


def read(tree: Tree, command: str) -> Bound | None:
    """What the file says that a gunicorn of this command reads; None when the command is no gunicorn, names its address
    itself, or its file names none."""
    if not PROGRAM.search(command) or option(EXPLICIT, command):
        return None
    path = file_of(command)
    text = sourcetext.strip_python((tree.read(path) or b"").decode("utf-8", "replace"))
    found = BIND.search(text)
    if found is None:
        return None
    where = f"{path}:{text.count(chr(10), 0, found.start()) + 1}"
    value = spelt_out(found["value"].strip(), text, 0)
    if "unix:" in value and not ADDRESS.search(value.replace("unix:", "")):
        return Bound(port=None, problems=(unreachable("it listens on a socket file", where, FIX),))
    local = LOOPBACK.search(value) and "0.0.0.0" not in value  # noqa: S104  (a text that is looked for)
    problems = (unreachable("it binds to the loopback interface alone", where, FIX),) if local else ()
    return Bound(port=port(value, where), problems=problems)


def file_of(command: str) -> str:
    """The file that the command reads."""
    named = option(NAMED, command)
    if named is None:
        return FILE
    path = named["path"].removeprefix("./")
    return path.removeprefix("python:").replace(".", "/") + ".py" if path.startswith("python:") else path


def option(pattern: re.Pattern[str], command: str) -> re.Match[str] | None:
    """The first option of this kind that a gunicorn has in the command. Each program of the command is read once: one
    pattern for both would look for the option anew behind each word "gunicorn"."""
    for program in re.split(r"[|;&]", command):
        if (name := PROGRAM.search(program)) and (found := pattern.search(program, name.end())):
            return found
    return None


def spelt_out(value: str, text: str, depth: int) -> str:
    """The expression of an address with the file's own constants in place of their names: `f"{host}:{port}"`,
    `"0.0.0.0:" + str(PORT)`. A name of more than a hundred letters is nobody's: a pattern of so many takes seconds."""
    if depth >= DEEPEST:
        return value

    def constant(match: re.Match[str]) -> str:
        assigned = re.search(rf"^{match[1]}\s*(?::\s*\w+\s*)?=\s*([^\n]+)", text, re.MULTILINE)
        return spelt_out(assigned[1].strip(), text, depth + 1) if assigned else match[0]

    inner = re.sub(r"\{\s*(\w{1,100})\s*(?:![rs])?\}", constant, value)
    return re.sub(r"(?:\bstr\(|(?<=\+)\s*|(?<=%)\s*|^)([A-Za-z_]\w{0,99})\b(?![\w.(\[])", constant, inner)


def port(value: str, where: str) -> Port | None:
    """The port of an address whose constants are spelt out; None where nothing names one."""
    for match in VARIABLE.finditer(value):
        digits = re.search(r"\d{2,5}$", match["default"] or "")
        given = numbers.port(digits[0]) if digits else None
        if match["name"] == "PORT":
            return Port(number=given or USUAL, variable="PORT", where=where)
        if given and match["name"].endswith(("PORT", "BIND", "ADDRESS", "LISTEN")):
            return Port(number=given, variable=None, where=where)
    written = [match["number"] for match in ADDRESS.finditer(value)] or re.findall(r"(?<![\w.])\d{2,5}(?![\w.])", value)
    number = numbers.port(next(iter(written), None))
    return Port(number=number, variable=None, where=where) if number else None

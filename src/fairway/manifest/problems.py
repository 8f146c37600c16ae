"""What is wrong in a `fairway.toml`, in the user's words: TOML's and Pydantic's errors become findings."""

import datetime
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fairway.errors import Finding
from fairway.manifest import lines, schema
from fairway.manifest.lines import Path

BARE = re.compile(r"[A-Za-z0-9_-]+")
POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
SECRET_PLACES = ("args", "variables", "headers", "body", "url")


@dataclass(slots=True)
class Problems:
    """Collects findings. Each path is complained about once; a rule about a path that is already wrong says nothing."""

    file: str
    lines: Mapping[Path, int]
    found: dict[Path, Finding] = field(default_factory=dict)

    def add(self, path: Path, message: str, hint: str = "", *, because_of: Sequence[Path] = ()) -> None:
        """Note a problem at `path`, unless it only follows from one noted there or at a path in `because_of`."""
        if any(self.is_wrong(other) for other in (path, *because_of)):
            return
        line = lines.line_of(self.lines, path)
        self.found[path] = Finding(file=self.file, line=line, key=dotted(path), message=message, hint=hint)

    def is_wrong(self, path: Path) -> bool:
        """Whether the value there, or a table around it, has been complained about."""
        return any(path[:length] in self.found for length in range(1, len(path) + 1))

    def sorted(self) -> tuple[Finding, ...]:
        """The findings as they stand in the file."""
        return tuple(sorted(self.found.values(), key=lambda finding: (finding.line, finding.key)))


def from_pydantic(problems: Problems, errors: Iterable[Mapping[str, Any]]) -> list[Path]:
    """Add a finding for each of Pydantic's errors; returns the paths whose values can't be used."""
    paths = []
    for error in errors:
        path: Path = tuple(error["loc"])
        message, hint = _say(path, error)
        problems.add(path, message, hint)
        paths.append(path)
    return paths


def from_syntax(file: str, text: str, error: ValueError) -> Finding:
    """The finding for a text that is not TOML: `tomllib` stops at the first such place."""
    message = str(error)
    position = POSITION.search(message)
    message = POSITION.sub("", message)
    # TOML's line ends alone: a control character that `splitlines` takes for one is no line in an editor.
    rows = text.removesuffix("\n").split("\n")
    line = int(position[1]) if position and position[1] else max(1, len(rows))
    row = rows[line - 1].strip() if line <= len(rows) else ""
    said = message[:1].lower() + message[1:]
    return Finding(file=file, line=line, key="", message=f"this is not TOML: {said}", hint=_mend(row, message))


def dotted(path: Path) -> str:
    """A path as TOML writes it: `services.web.port`, `pipeline.stages[1]`."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part}]"
        else:
            name = part if BARE.fullmatch(part) else '"' + "".join(c if c.isprintable() else "?" for c in part) + '"'
            out += f".{name}" if out else name
    return out


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that looks most like the word, None when none does."""
    return next(iter(difflib.get_close_matches(word.lower(), sorted(choices), n=1, cutoff=0.55)), None)


def describe(value: object, *, secret: bool = False) -> str:
    """A value as a finding names it: `the text "3000"`, `true`, `a list`."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            shown = value if len(value) <= 40 else f"{value[:39]}…"
            return "a text" if secret else f'the text "{"".join(c if c.isprintable() else "?" for c in shown)}"'
        case int() | float():
            return f"the number {value}" if -1e15 < value < 1e15 else "a number"
        case list():
            return "a list" if value else "an empty list"
        case dict():
            return "a table"
        case datetime.datetime() | datetime.date() | datetime.time():
            return "a date or time"
    return "something else"


def _say(path: Path, error: Mapping[str, Any]) -> tuple[str, str]:
    secret = any(place in path for place in SECRET_PLACES)
    match error["type"]:
        case "extra_forbidden":
            return _unknown_key(path)
        case "missing":
            return f"{path[-1]} is missing", 'name the app, for example: app = "shop-api"'
        case "expected":
            expected, hint = error["ctx"]["expected"], error["ctx"]["hint"]
            return f"expected {expected}, found {describe(error['input'], secret=secret)}", hint
        case "tuple_type":
            found = describe(error["input"], secret=secret)
            return f"expected a list of tables, found {found}", f"each of them begins: [[{dotted(path)}]]"
    begins = f"[[{dotted(path[:-1])}]]" if isinstance(path[-1], int) else f"[{dotted(path)}]"
    return f"expected a table, found {describe(error['input'], secret=secret)}", f"a table begins: {begins}"


def _unknown_key(path: Path) -> tuple[str, str]:
    key = str(path[-1])
    table = schema.table_at(path[:-1])
    if table is None:
        return "unknown key", ""
    if key in table.LATER:
        return "not supported yet by this version", table.LATER[key]
    keys = list(table.model_fields)
    if close := nearest(key, keys):
        return "unknown key", f"the nearest valid key is {dotted((*path[:-1], close))}"
    if elsewhere := [path for path in sorted(schema.key_paths()) if path.rpartition(".")[2] == key]:
        return "unknown key here", f"it is known as {' and as '.join(elsewhere)}"
    return "unknown key", f"valid here: {', '.join(keys)}"


def _mend(row: str, message: str) -> str:
    """What to do about one line that is not TOML, as far as the line shows it."""
    value = re.fullmatch(r"([A-Za-z0-9_.-]+)\s*=\s*([^\"'\[{#]+?)\s*(?:#.*)?", row)
    if value and "value" in message.lower():
        return f'a text stands in quotes: {value[1]} = "{value[2]}"' if value[2].isprintable() else ""
    if colon := re.match(r"([A-Za-z0-9_.-]+)\s*:\s", row):
        return f"a key is followed by an equals sign: {colon[1]} = …"
    if re.fullmatch(r"[A-Za-z0-9_.-]+\s*=", row):
        return "the value is missing after the equals sign"
    if "overwrite" in message.lower() or "twice" in message.lower() or "declare" in message.lower():
        return "this key or table stands in the file a second time; keep one of them"
    return ""

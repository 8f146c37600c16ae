"""Reading an env file: every variable, or every line that is wrong, never half of them.

The format is python-dotenv's: `NAME=value`, an optional `export`, quotes, comments. `${NAME}` and `$` stay as they are
unless somebody asks for `expand`: most of them are in passwords. No value ever stands in an error.
"""

import io
import re
from collections.abc import Iterator, Mapping

from dotenv import parser

from fairway.domain import expansion
from fairway.domain.expansion import Written
from fairway.errors import Finding, UsageError

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SINGLE = re.compile(r"\A[^=]*=[^\S\r\n]*'")
BARE = re.compile(r"[A-Za-z0-9_./:@%+,=-]*")
"""A value that needs no quotes."""
LONGEST_FILE = 1024 * 1024
"""Bytes of an env file, and of all variables of an environment together."""
LONGEST_VALUE = 128 * 1024 - 1
"""Bytes of one variable, NAME= included: Linux starts no process with a longer one."""


def parse(data: bytes, *, file: str = ".env") -> Mapping[str, str]:
    """The variables of an env file, each as it stands. Raises UsageError with a finding for each line that is wrong."""
    return {name: written.value for name, written in read(data, file=file).items()}


def expand(
    written: Mapping[str, Written], *, file: str = ".env", outside: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The variables with their references to each other replaced. Raises UsageError with a finding for each that can't
    be, or that is too long by then."""
    values, problems = expansion.expand(written, outside)
    problems = {**problems, **{name: text for name, value in values.items() if (text := find_problem(name, value))}}
    if problems:
        findings = [
            Finding(file=file, line=written[name].line, key=name, message=text) for name, text in problems.items()
        ]
        raise refuse(file, findings)
    return dict(values)


def read(data: bytes, *, file: str = ".env") -> Mapping[str, Written]:
    """The variables of an env file, with their lines. Raises as `parse` does."""
    if len(data) > LONGEST_FILE:
        raise UsageError(f"{file} is too long", why="an env file has at most 1 MB", hint="is it the right file?")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise refuse(file, [Finding(file=file, line=line, key="", message="this is not UTF-8 text")]) from None
    values: dict[str, Written] = {}
    findings: list[Finding] = []
    for line, name, value, literal in read_bindings(text):
        first = values[name].line if name in values else None
        if problem := find_problem(name, value, first=first):
            findings.append(Finding(file=file, line=line, key=name or "", message=problem))
        elif name is not None and value is not None:
            values[name] = Written(value=value, line=line, literal=literal)
    if findings:
        raise refuse(file, findings)
    return values


def read_bindings(text: str) -> Iterator[tuple[int, str | None, str | None, bool]]:
    """Each binding with its line, and whether its value stands in single quotes; no name: the line can't be read; no
    value: there is no `=`."""
    for binding in parser.parse_stream(io.StringIO(text)):
        source = binding.original.string
        if binding.key is None and not binding.error:
            continue  # an empty line or a comment
        blank = source[: len(source) - len(source.lstrip())]
        line = binding.original.line + len(re.findall(r"\r\n|\n|\r", blank))
        yield line, binding.key, binding.value, SINGLE.search(source) is not None


def find_problem(name: str | None, value: str | None, *, first: int | None = None) -> str:
    """What is wrong with a variable, "" when nothing is. `first` is the line on which it stood before."""
    if name is None:
        return "this line is no NAME=value"
    if not NAME.fullmatch(name):
        return "a name has letters, digits and underscores, and does not start with a digit"
    if value is None:
        return "there is no = after the name"
    if first is not None:
        return f"it is already set on line {first}"
    if "\0" in value:
        return "a value can't hold a NUL character"
    if len(name) + len(value.encode("utf-8", "surrogatepass")) + 1 > LONGEST_VALUE:
        return "a variable is at most 128 kB long"
    if not is_text(value):
        return "the value is no valid text"
    return ""


def is_text(value: str) -> bool:
    """Whether it can be written as UTF-8."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def refuse(file: str, findings: list[Finding]) -> UsageError:
    """The error for a file with these findings."""
    count = "1 line that is" if len(findings) == 1 else f"{len(findings)} lines that are"
    return UsageError(f"{file} has {count} wrong; nothing was changed", findings=findings)


def render(values: Mapping[str, str]) -> str:
    """An env file that `parse` reads as these values, and dotenv of Node.js too, but for values with both an apostrophe
    and a quotation mark or a backslash, which it has no way to write."""
    return "".join(f"{name}={quote(value)}\n" for name, value in values.items())


def quote(value: str) -> str:
    """A value as it stands in an env file."""
    if BARE.fullmatch(value):
        return value
    if "'" not in value and "\\" not in value:
        return f"'{value}'"
    if not set(value) & set('"\\$`\n\r'):
        return f'"{value}"'
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

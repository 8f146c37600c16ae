"""The file that holds the settings of an installed server: systemd gives them to the server, and the commands of this
host read them from there.

So both have to read it alike. It is written in the one way that leaves systemd nothing to interpret (systemd.exec(5),
EnvironmentFile=: within double quotes a backslash takes the meaning of `"`, `\\`, a backtick and `$`, and nothing is
expanded), and read back in the plain ways in which people change such a file by hand. What could be read differently
is refused.
"""

import re
from collections.abc import Mapping

from fairway.errors import UsageError

HOME = "FAIRWAY_HOME"
HEADER = """\
# The settings of the server that systemd starts (fairway.service). Written by `fairway server install`.
# To change one: NAME=VALUE fairway server install. After a change by hand: systemctl restart fairway
"""
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NEEDS_ESCAPE = re.compile(r'(["\\`$])')
ESCAPED = re.compile(r'\\(["\\`$])')
DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"')
SINGLE = re.compile(r"'([^']*)'")
PLAIN = re.compile(r"[^\"'\\\s](?:[^\\]*[^\\\s])?")
CREDENTIALS = re.compile(r"(?<=://).*@|^[^@:/]*:(?!//).*@")
"""Of a URL, and of what has no scheme, as a proxy may be written: `ada:s3cret@proxy:3128`."""
QUERIED = re.compile(r"([?&](?:ssl)?password=)[^&]*", re.IGNORECASE)
MASK = "•••"


def render(values: Mapping[str, str]) -> str:
    """The file's text. Raises UsageError for a value with a line break or another control character."""
    return HEADER + "".join(f"{name}={quote(name, value)}\n" for name, value in sorted(values.items()))


def quote(name: str, value: str) -> str:
    """The value in double quotes."""
    if not value.isprintable():
        raise UsageError(
            f"{name} can't be written to a file of settings",
            why="it has a line break or another character that is not printed",
            hint=f"set {name} without it",
        )
    return '"' + NEEDS_ESCAPE.sub(r"\\\1", value) + '"'


def parse(text: str, file: str) -> dict[str, str]:
    """The variables of such a file, which is called `file` in errors; of several lines for one name the last counts.
    Raises UsageError that names the line; its value is not shown."""
    values = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line[0] in "#;":
            continue
        name, equals, value = line.partition("=")
        read = unquote(value.strip())
        if not equals or not NAME.fullmatch(name.strip()) or read is None:
            raise UsageError(
                f"line {number} of {file} can't be read",
                why="it is no NAME=VALUE that systemd and Fairway would both understand alike",
                hint='write NAME="VALUE", with \\ before each " \\ ` $ in it',
            )
        values[name.strip()] = read
    return values


def unquote(value: str) -> str | None:
    """A value as it was meant; None when it is written in none of the plain ways."""
    if found := DOUBLE.fullmatch(value):
        return ESCAPED.sub(r"\1", found[1])
    if found := SINGLE.fullmatch(value):
        return found[1]
    return value if not value or PLAIN.fullmatch(value) else None


def effective(shell: Mapping[str, str], file: Mapping[str, str]) -> dict[str, str]:
    """The environment that holds: what the shell sets, and else what the file says. One that is empty in the shell
    hides the file's. A shell that names another home means another server, and the file says nothing about that."""
    if shell.get(HOME) and shell[HOME].rstrip("/") != file.get(HOME, "").rstrip("/"):
        return dict(shell)
    merged = {**file, **shell}
    if not merged.get(HOME) and HOME in file:
        merged[HOME] = file[HOME]
    return merged


def shown(value: str) -> str:
    """The value as it may be shown: what stands before the @ of a URL or a proxy, and a password in a URL's query, are
    masked."""
    return QUERIED.sub(rf"\1{MASK}", CREDENTIALS.sub(f"{MASK}@", value))


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """What changes between two files, a line each, with nothing secret in them."""
    lines = []
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if before is None:
            lines.append(f"{name}={shown(after or '')}")
        elif after is None:
            lines.append(f"{name} is not set any more (it was {shown(before)})")
        elif shown(before) == shown(after):
            lines.append(f"{name} has another password")
        else:
            lines.append(f"{name}={shown(after)} (it was {shown(before)})")
    return lines

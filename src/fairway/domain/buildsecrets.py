"""Secrets of a build: mounted while a RUN instruction runs, in no layer, no history and no key of the cache.

A user's own Dockerfile asks for them by `RUN --mount=type=secret,id=NPM_TOKEN`. One that Fairway generates gets them on
every RUN, as variables of that name, since it is `npm ci` or a build script that reads them.
"""

import re
from collections.abc import Collection, Sequence

from fairway.domain import dockerfile

RUN = re.compile(r"\s*RUN\s+", re.IGNORECASE)
OPTIONS = re.compile(r"\s*(?:--\S+\s+)*")
ADDED = re.compile(r"--mount=type=secret,id=\w+,mode=0444 |export \w+=\"\$\(cat /run/secrets/\w+\)\" && ")


def mount(text: str, names: Collection[str]) -> str:
    """The Dockerfile with the secrets as variables of every RUN; one in exec form has no shell to set them, and is left
    as it is."""
    if not names:
        return text
    mounts = "".join(f"--mount=type=secret,id={name},mode=0444 " for name in names)
    exports = "".join(f'export {name}="$(cat /run/secrets/{name})" && ' for name in names)
    lines = text.splitlines()
    for item in dockerfile.parse(text):
        run = RUN.match(lines[item.start])
        if item.keyword != "RUN" or "<<" in item.value or run is None:
            continue
        line, column = find_command(lines, item, run.end())
        if lines[line].startswith("[", column):
            continue
        lines[line] = lines[line][:column] + exports + lines[line][column:]
        lines[item.start] = run[0] + mounts + lines[item.start][run.end() :]
    return "\n".join(lines) + "\n"


def find_command(lines: Sequence[str], run: dockerfile.Instruction, column: int) -> tuple[int, int]:
    """Line and column where the command begins: behind the options, which may go on over several lines."""
    for number in range(run.start, run.end):
        options = OPTIONS.match(lines[number], column)
        assert options is not None, "it matches the empty text"
        rest = lines[number][options.end() :].strip()
        if rest != "\\" and not (number > run.start and dockerfile.is_blank(lines[number])):
            return number, options.end()
        column = 0
    return run.start, column


def undo(line: str) -> str:
    """A line of the build's log as it would read without them."""
    return ADDED.sub("", line)

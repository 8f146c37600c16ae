"""A shell script that starts the app (`"start": "./start.sh"`), read as the commands that stand in it.

Then what it does before the app is seen as in any start script: migrations are named, and the programs that it calls
stay in the image. Only a plain list of commands is read so; a script that decides, loops, defines or asks for its own
arguments is started as it is.
"""

import posixpath
import re

from fairway.build.detect import shell
from fairway.build.detect.tree import Tree

SHELLS = frozenset({"sh", "bash", "dash"})
ERRORS_END = re.compile(r"set\s+-[a-z]*e[a-z]*(\s+pipefail)?")
OPTIONS = re.compile(r"set\s+[-+][a-z]+(\s+pipefail)?")
SHEBANG = re.compile(rb"#!\s*(/usr)?/bin/(env\s+)?(ba|da)?sh\b")
TOO_MUCH = re.compile(
    r"<<|\(\)|\[\[|\$[@*#\d]|\$\{[@*#\d]|^[ \t]*(trap|wait|source|\.|function|declare|local|return|shift|read)\s",
    re.MULTILINE,
)
MOST_BYTES = 20_000


def body(tree: Tree, words: tuple[str, ...]) -> str | None:
    """The commands of the script that the words start, as one line; None when they start no script of the repository,
    or one that is more than a list of commands."""
    rest = words[1:] if words and posixpath.basename(words[0]) in SHELLS else words
    if len(rest) != 1 or not rest[0].endswith((".sh", ".bash")) or rest[0].startswith(("/", "..")):
        return None
    content = tree.read(posixpath.normpath(rest[0]))
    if content is None or len(content) > MOST_BYTES or (content.startswith(b"#!") and not SHEBANG.match(content)):
        return None
    text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\\\n", " ")
    return None if TOO_MUCH.search(text) else joined(text)


def joined(text: str) -> str | None:
    """The lines as one: `set -e` ends at the first that fails. None for a construct of the shell, and for a process
    that stays in the background."""
    found: list[str] = []
    ends = False
    for line in (each.strip() for each in text.splitlines()):
        if not line or line.startswith("#"):
            continue
        if OPTIONS.fullmatch(line):
            ends = ends or ERRORS_END.fullmatch(line) is not None
            continue
        try:
            commands = shell.parse(line)
        except ValueError:
            return None
        if any(shell.construct(command) or command.operator == "&" for command in commands):
            return None
        found.append(line.rstrip("; "))
    return (" && " if ends else " ; ").join(found) or None

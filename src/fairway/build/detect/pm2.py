"""pm2's ecosystem files: which command do they start?

They are programs (`module.exports = {apps: [...]}`) or JSON; either way the first app's `script`, `args` and
`node_args` stand there as plain texts, and that is all that is read.
"""

import re

from fairway.build.detect import shell
from fairway.build.detect.tree import Tree
from fairway.domain import sourcetext

FILES = (
    "ecosystem.config.js",
    "ecosystem.config.cjs",
    "pm2.config.js",
    "pm2.config.cjs",
    "pm2.json",
    "process.json",
    "ecosystem.json",
    "processes.json",
)
VALUE = r"""['"]?\b{key}['"]?\s*:\s*(?:'([^'\n]*)'|"([^"\n]*)"|`([^`$\n]*)`)"""


def find(tree: Tree) -> str | None:
    """The repository's pm2 file."""
    return next((name for name in FILES if command(tree, name)), None)


def command(tree: Tree, path: str) -> tuple[str, ...] | None:
    """The command that the file's first app runs; None when it says none."""
    content = tree.read(path.removeprefix("./"))
    if content is None:
        return None
    text = sourcetext.strip_script(content.decode("utf-8", "replace"))
    if not (script := value(text, "script")):
        return None
    rest = text[text.index(script) :]
    own = rest[: end.start()] if (end := re.search(r"""['"]?\bscript['"]?\s*:""", rest)) else rest
    own = text[max(0, text.index(script) - 400) : text.index(script)].rpartition("{")[2] + own
    arguments = words(value(own, "args"))
    interpreter = value(own, "interpreter")
    if script in ("npm", "yarn", "pnpm"):
        return (script, *arguments)
    if interpreter == "none" or " " in script:
        return (*words(script), *arguments)
    program = interpreter.rpartition("/")[2] if interpreter else "node"
    return (program, *words(value(own, "node_args") or value(own, "interpreter_args")), script, *arguments)


def value(text: str, key: str) -> str:
    """The first text that stands for the key, or nothing."""
    found = re.search(VALUE.format(key=key), text)
    return next((group for group in found.groups() if group is not None), "") if found else ""


def words(text: str) -> tuple[str, ...]:
    """A text of arguments as words."""
    return tuple(shell.read_words(text)[0]) if text.count('"') % 2 == 0 and text.count("'") % 2 == 0 else ()

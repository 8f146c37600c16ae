"""pm2's ecosystem files: which command do they start?

They are programs (`module.exports = {apps: [...]}`) or JSON; either way the first app's `script`, `args` and
`node_args` stand there as plain texts, and that is all that is read.
"""

import posixpath
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
NAMED = re.compile(
    r"\bpm2(?:-runtime|-docker)?\s[^|;&]{0,200}?(?P<path>[\w./-]{1,200}(?:\.config\.[cm]?js|\.json|\.ya?ml))"
)
SCRIPT = re.compile(r"""\bscript['"]?\s*:\s*(?:'(?P<single>[^'\n]*)'|"(?P<double>[^"\n]*)"|`(?P<back>[^`$\n]*)`)""")
ENVIRONMENT = re.compile(r"""\benv(?:_production|_prod)?['"]?\s*:\s*\{(?P<body>[^{}]*)\}""")
NAME = re.compile(r"""(?:^|[,{\n])[ \t]*['"]?([A-Z][A-Z0-9_]*)['"]?\s*:""")
OWN = frozenset({"NODE_ENV", "PORT"})
MOST_TOLD = 5
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


def notes(tree: Tree, started: str) -> tuple[str, ...]:
    """What the file that a start command gives to pm2 says beyond its first app's command, which alone is used: the
    variables that it sets, and the other apps that it starts."""
    named = NAMED.search(started)
    path = named["path"].removeprefix("./") if named else ""
    if not path or command(tree, path) is None:
        return ()
    text = sourcetext.strip_script((tree.read(path) or b"").decode("utf-8", "replace"))
    scripts = list(SCRIPT.finditer(text))
    first = text[: scripts[1].start()] if len(scripts) > 1 else text
    names = dict.fromkeys(
        name for block in ENVIRONMENT.finditer(first) for name in NAME.findall(block["body"]) if name not in OWN
    )
    found = []
    if names:
        found.append(
            f"{', '.join(names)} of {path} are not set, for pm2 is not used: fairway env set {next(iter(names))}"
        )
    for script in scripts[1:MOST_TOLD]:
        name = script["single"] or script["double"] or script["back"]
        service = re.sub(r"[^a-z0-9]+", "-", posixpath.splitext(posixpath.basename(name))[0].lower()).strip("-")
        line = f'[services.{service or "worker"}] command = ["node", "{name}"]'
        found.append(f"{name} is not started, only the first app of {path} is: {line}")
    return tuple(found)


def value(text: str, key: str) -> str:
    """The first text that stands for the key, or nothing."""
    found = re.search(VALUE.format(key=key), text)
    return next((group for group in found.groups() if group is not None), "") if found else ""


def words(text: str) -> tuple[str, ...]:
    """A text of arguments as words."""
    return tuple(shell.read_words(text)[0]) if text.count('"') % 2 == 0 and text.count("'") % 2 == 0 else ()

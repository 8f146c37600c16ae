"""Which source files the app starts with: those that its commands name, in the sources that they were made from.

`node dist/main.js` is `src/main.ts`, `gunicorn shop.wsgi` is `shop/wsgi.py`. When no command names one, a file with the
usual name is taken.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping

FILE = re.compile(r"(?<![\w@.-])([\w@./-]{1,300}\.(?:[cm]?[jt]sx?|py))(?![\w.-])")
RUN = re.compile(
    r"\b(?:node|ts-node|tsx|nodemon|bun|pm2 start|forever|swc-node|babel-node|ts-node-dev|node-dev)"
    r"(?:\s+-\S+)*\s+([\w@./-]+)"
)
MODULE = re.compile(r"(?<![\w./-])([A-Za-z_][\w.]*):[A-Za-z_]\w*")
PYTHON_MODULE = re.compile(r"python[\d.]*(?:\s+-[uOB])*\s+-m\s+([A-Za-z_][\w.]*)")
SERVED = re.compile(r"\b(?:gunicorn|uvicorn|hypercorn|daphne|granian|waitress-serve|celery)\b(.*)")
SCRIPT = re.compile(r"\b(?:npm|yarn|pnpm|bun)(?:\s+-\S+)*\s+(?:run(?:-script)?\s+)?([\w:.-]+)|\bnpm\s+(start)\b")
NEST = re.compile(r"\bnest start\b(?:\s+([\w-]+))?")
STARTS = re.compile(r"start|start:prod|start:production|start:staging|serve|prod|production")
BUILT = ("dist/", "build/", "out/", "lib/", ".build/")
SUFFIXES = (".ts", ".js", ".mts", ".mjs", ".cts", ".cjs", ".tsx", ".jsx", ".py")
USUAL = (
    "src/main", "src/index", "src/server", "src/app", "src/bin/www", "server", "index", "app", "main", "bin/www",
    "app/server", "app/index", "server/index", "api/index", "app/main", "src/www", "manage", "wsgi", "asgi"
)  # fmt: skip
DEEPEST = 5
ADONIS = {"bin/server": "start/env", "server": "env"}
"""The file that AdonisJS is started by, in its versions from 6 on and before, and the one with its variables' rules."""


SHELL = re.compile(r"(?<![\w@.-])([\w@./-]{1,300}\.(?:sh|config\.[cm]?js|json|ya?ml))(?![\w.-])")


def find(files: frozenset[str], commands: Iterable[str], scripts: Mapping[str, str], main: str) -> tuple[str, ...]:
    """The files that the commands start; package.json's main file when there is no command, or one with a usual name.
    None when there are commands and none of them names a file: what starts then is not known.

    `scripts` are package.json's and `main` its main file; "" and {} without one. Paths are relative to the app.
    """
    texts = expand([*commands], scripts)
    if not texts:
        texts = expand([text for name, text in scripts.items() if STARTS.fullmatch(name)], scripts)
    found: list[str] = []
    for text in texts:
        found += [path for name in named(text) if (path := source_of(files, name)) is not None]
    if found:
        return tuple(dict.fromkeys(found))
    if texts:
        return ()
    if main and (path := source_of(files, main)) is not None:
        return (path,)
    usual = (source_of(files, name) for name in USUAL)
    return tuple(path for path in usual if path is not None)[:1]


def adonis_env(files: frozenset[str], start: Iterable[str]) -> tuple[str, str] | None:
    """The file that starts an AdonisJS app, and the one whose rules it holds the environment against first."""
    for path in start:
        rules = ADONIS.get(posixpath.splitext(path)[0])
        if rules is not None and (found := source_of(files, rules)) is not None:
            return path, found
    return None


def named_scripts(texts: Iterable[str]) -> list[str]:
    """The shell scripts and pm2 files that the commands name; what they start stands in them."""
    return [
        posixpath.normpath(path.removeprefix("/app/").removeprefix("./"))
        for text in texts
        for path in SHELL.findall(text)
    ]


def is_main(path: str, commands: Iterable[str]) -> bool:
    """Whether Python runs the file itself (`python app.py`, `python -m shop.main`), so that its `__name__` is
    "__main__"; a server that imports it (`gunicorn app:app`) does not."""
    stem = path.removesuffix(".py")
    words = {path, posixpath.basename(path), stem.replace("/", "."), stem.removesuffix("/__main__").replace("/", ".")}
    runs = (match for text in commands for match in re.findall(r"\bpython[\d.]*\s+(?:-\S+\s+)*(\S+)", text))
    return any(each.removeprefix("./") in words for each in runs)


def expand(texts: list[str], scripts: Mapping[str, str], depth: int = 0) -> list[str]:
    """The commands with those of the scripts that they run."""
    found = []
    for text in texts:
        found.append(text)
        names = [one or other for one, other in SCRIPT.findall(text)]
        inner = [scripts[name] for name in names if name in scripts and scripts[name] != text]
        if depth < DEEPEST and inner:
            found += expand(inner, scripts, depth + 1)
    return found


def named(text: str) -> list[str]:
    """The files and modules that a command names."""
    found = [*FILE.findall(text), *RUN.findall(text)]
    modules = (*MODULE.findall(text), *PYTHON_MODULE.findall(text))
    found += [module.replace(".", "/") + ".py" for module in modules]
    for rest in SERVED.findall(text):
        found += [
            word.replace(".", "/") + ".py" for word in rest.split() if re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+", word)
        ]
    for project in NEST.findall(text):
        found += [f"apps/{project}/src/main.ts"] if project else []
        found.append("src/main.ts")
    if re.search(r"\bflask\b", text) and not re.search(r"--app|FLASK_APP", text):
        found += ["app.py", "wsgi.py"]
    return found


def source_of(files: frozenset[str], name: str) -> str | None:
    """The source file that a command's word means; None when there is none."""
    path = posixpath.normpath(name.removeprefix("/app/").removeprefix("/usr/src/app/").removeprefix("./"))
    stems = [re.sub(r"\.[cm]?[jt]sx?$|\.py$", "", path)]
    for folder in BUILT:
        for stem in list(stems):
            at = stem.find(folder)
            if at == 0 or (at > 0 and stem[at - 1] == "/"):
                before, after = stem[:at], stem[at + len(folder) :]
                stems += [f"{before}src/{after}", before + after, f"{before}{after.removeprefix('src/')}"]
    # What was compiled is not read: the source that it was made from goes first.
    if path.endswith("bin/www") and path in files:
        return path
    for stem in [*stems[1:], stems[0]]:
        for ending in ("", "/index", "/__init__", "/__main__"):
            for suffix in SUFFIXES:
                if (candidate := posixpath.normpath(f"{stem}{ending}{suffix}")) in files:
                    return candidate
    return None

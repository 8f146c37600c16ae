"""The start command of a Python app: Procfile's `web`, else the server for its framework with the application object.

uvicorn and gunicorn take the port in different ways: gunicorn binds to 0.0.0.0:$PORT by itself when PORT is set;
uvicorn must be told, and so needs a shell to read the variable.
"""

import re
from dataclasses import dataclass

from fairway.build.detect import shell
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Port, Problem, Start

ASGI = re.compile(
    r"^(?P<name>\w+)\s*(?::\s*\w+\s*)?=\s*(?:\w+\.)?(?P<kind>FastAPI|Starlette|Litestar|Quart)\(", re.MULTILINE
)
WSGI = re.compile(r"^(?P<name>\w+)\s*(?::\s*\w+\s*)?=\s*(?:\w+\.)?(?P<kind>Flask|Falcon|Bottle)\(", re.MULTILINE)
FACTORY = re.compile(r"^def\s+(?P<name>create_app|make_app|get_app|app_factory)\s*\(\s*\)?", re.MULTILINE)
CALLED = re.compile(r"^(?P<name>\w+)\s*=\s*(?:\w+\.)?(?:create_app|make_app|get_app|app_factory)\(", re.MULTILINE)
RELOAD = re.compile(r"\s--reload(?=\s|$)|\s--debug(?=\s|$)")
BOUND = re.compile(r"(?:--bind|-b)[ =]\s*\S*?:(\d{2,5})\b|--port[ =]\s*(\d{2,5})\b")
MAINS = ("main.py", "app.py", "server.py", "run.py", "src/main.py", "app/main.py", "__main__.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The start command, the packages that it needs beyond those that are listed, and a port that it fixes."""

    start: Start
    extra: tuple[str, ...] = ()
    port: Port | None = None
    problems: tuple[Problem, ...] = ()


def find(tree: Tree, sources: tuple[Source, ...], names: frozenset[str], framework: str | None) -> Started | None:
    """How the app starts; None when nothing says so."""
    procfile = (tree.read("Procfile") or b"").decode("utf-8", "replace")
    if web := re.search(r"^web\s*:\s*(\S.*)$", procfile, re.MULTILINE):
        return from_text(web[1].strip(), f"Procfile:{procfile.count(chr(10), 0, web.start()) + 1}", names)
    if framework == "Django" and tree.read("manage.py") is not None:
        return django(tree, names)
    return application(sources, names) or script(tree, sources)


def from_text(text: str, where: str, names: frozenset[str]) -> Started:
    """A command as somebody wrote it: as a list when no shell is needed, with `exec` otherwise."""
    text = RELOAD.sub("", text)
    try:
        commands = shell.parse(text)
    except ValueError:
        commands = ()
    plain = len(commands) == 1 and commands[0].plain and not commands[0].variables
    if plain:
        words = commands[0].words
    elif commands and all(command.operator in ("", "&&", ";") for command in commands):
        before = "".join(f"{command.text} {command.operator} " for command in commands[:-1])
        assigned = "".join(f"{name}={shell.quote(value)} " for name, value in commands[-1].variables.items())
        last = commands[-1].text if not assigned else shell.quote_words(commands[-1])
        words = ("sh", "-c", f"{before}{assigned}exec {last}")
    else:
        words = ("sh", "-c", text)
    server = next((name for name in ("gunicorn", "uvicorn", "hypercorn", "daphne", "waitress") if name in text), None)
    fixed = BOUND.search(text)
    return Started(
        start=Start(command=words, text=text, where=where),
        extra=(server,) if server and server not in names and "fastapi" not in text else (),
        port=Port(number=int(fixed[1] or fixed[2]), variable=None, where=where) if fixed else None,
    )


def django(tree: Tree, names: frozenset[str]) -> Started | None:
    """Django under gunicorn, or under uvicorn where only that is listed."""
    for kind in ("wsgi", "asgi"):
        path = next((path for path in tree.files() if re.search(rf"(^|/){kind}\.py$", path)), None)
        if path is None or (
            kind == "wsgi" and "gunicorn" not in names and {"uvicorn", "daphne"} & names and asgi_file(tree)
        ):
            continue
        return serve(f"{module(path)}:application", path, names, asynchronous=kind == "asgi")
    return None


def asgi_file(tree: Tree) -> bool:
    """Whether Django's asgi.py is there."""
    return any(re.search(r"(^|/)asgi\.py$", path) for path in tree.files())


def application(sources: tuple[Source, ...], names: frozenset[str]) -> Started | None:
    """The application object, made at the top of a module, or by a factory without arguments."""
    for pattern, asynchronous in ((ASGI, True), (WSGI, False)):
        for source in sources:
            if match := pattern.search(source.text):
                return serve(f"{module(source.path)}:{match['name']}", source.where(match.start()), names, asynchronous)
    asynchronous = bool({"fastapi", "starlette"} & names)
    for source in sources:
        if match := CALLED.search(source.text):
            return serve(f"{module(source.path)}:{match['name']}", source.where(match.start()), names, asynchronous)
    for source in sources:
        if (match := FACTORY.search(source.text)) and (asynchronous or "flask" in names):
            return serve(
                f"{module(source.path)}:{match['name']}", source.where(match.start()), names, asynchronous, factory=True
            )
    return None


def serve(target: str, where: str, names: frozenset[str], asynchronous: bool, factory: bool = False) -> Started:
    """The server's command for an application object."""
    text = f"{'uvicorn' if asynchronous else 'gunicorn'} {target}"
    if asynchronous:
        line = f"exec uvicorn {'--factory ' if factory else ''}{target} --host 0.0.0.0 --port ${{PORT:-8000}}"
        words: tuple[str, ...] = ("sh", "-c", line)
        extra = () if {"uvicorn", "fastapi-cli"} & names else ("uvicorn",)
    else:
        words = ("gunicorn", f"{target}()" if factory else target)
        extra = () if "gunicorn" in names else ("gunicorn",)
    return Started(
        start=Start(command=words, text=text, where=where),
        extra=extra,
        port=Port(number=8000, variable="PORT", where=where),
    )


def script(tree: Tree, sources: tuple[Source, ...]) -> Started | None:
    """A file that runs its own server."""
    texts = {source.path: source.text for source in sources}
    runs = [
        path
        for path in MAINS
        if "__main__" in texts.get(path, "") or re.search(r"\.(run|serve_forever)\(|run_app\(", texts.get(path, ""))
    ]
    path = next(iter(runs), None)
    return Started(start=Start(command=("python", path), text=f"python {path}", where=path)) if path else None


def module(path: str) -> str:
    """The module of a file: `app/main.py` is `app.main`. A `src` folder is on the import path and not part of it."""
    name = path.removesuffix(".py").removeprefix("src/")
    return name.removesuffix("/__init__").replace("/", ".")

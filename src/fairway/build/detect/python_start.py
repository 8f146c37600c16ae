"""The start command of a Python app: Procfile's `web`, else the server for its framework with the application object,
else a file, a package or a script of the project that runs a server of its own.

uvicorn and gunicorn take the port in different ways: gunicorn binds to 0.0.0.0:$PORT by itself when PORT is set;
uvicorn must be told, and so needs a shell to read the variable.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from fairway.build.detect import (
    numbers,
    procfile,
    python_boards,
    python_django,
    python_folders,
    python_gunicorn,
    python_modules,
    python_pyramid,
    python_reach,
    python_script,
    python_uwsgi,
    shell,
)
from fairway.build.detect.clue import Clue
from fairway.build.detect.python_served import ASYNCHRONOUS, Started, serve
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Port, Start

MADE = r"^(?P<name>\w+)\s*(?::\s*[\w.]+\s*)?=\s*(?:\w+\.)?(?P<kind>{})\("
ASYNC = ("FastAPI", "Starlette", "Litestar", "Quart", "Sanic", "BlackSheep")
SYNC = ("Flask", "APIFlask", "Bottle", "Eve")
ASGI = Clue(MADE.format("|".join(ASYNC)), *ASYNC, flags=re.MULTILINE)
# Falcon's classes have names that say nothing without it: `application = app = falcon.App()`.
FALCON = r"^(?P<name>\w+)\s*(?::\s*[\w.]+\s*)?(?:=\s*\w+\s*)?=\s*falcon\.{}\("
FALCON_ASGI = Clue(FALCON.format(r"asgi\.App"), "falcon.", flags=re.MULTILINE)
FALCON_WSGI = Clue(FALCON.format("(?:App|API)"), "falcon.", flags=re.MULTILINE)
WSGI = Clue(MADE.format("|".join(SYNC)), *SYNC, flags=re.MULTILINE)
VERBS = "create|make|get|build|init|setup|configure|new"
FACTORY_NAME = rf"(?:(?:{VERBS})_(?!celery|socket|sio)(?:\w+_)?(?:app|application|asgi|wsgi)|app_factory|create_server)"
MAKES = ("_app", "_asgi", "_wsgi", "app_factory", "create_server")
FACTORY = Clue(
    rf"^def\s+(?P<name>{FACTORY_NAME})\s*\((?P<arguments>(?:[^()]|\([^()]*\))*)\)\s*(?:->[^:]+)?:",
    *MAKES,
    flags=re.MULTILINE,
)
CALLED = Clue(
    rf"^(?P<name>(?!celery)\w+)\s*(?::\s*[\w.]+\s*)?=\s*(?:\w+\.)*(?P<call>{FACTORY_NAME})\(",
    *MAKES,
    flags=re.MULTILINE,
)
# Socket.IO's own, around the application that it hands other requests to.
AROUND = Clue(r"^(?P<name>\w+)\s*(?::\s*[\w.]+\s*)?=\s*(?:socketio\.)?ASGIApp\(", "ASGIApp(", flags=re.MULTILINE)
# Of several applications beside each other (`admin.py`, `main.py`) the one that mounts the others.
USUAL = re.compile(r"(^|/)(main|app|application|server|asgi|wsgi|api|__init__)\.py$")
PRIVATE = re.compile(r"(^|/)_(?!_)[^/]*\.py$")
RELOAD = re.compile(r"\s--reload(?=\s|$)|\s--debug(?=\s|$)")
BOUND = re.compile(r"(?:--bind|-b)[ =]\s*\S*?:(\d{2,5})\b|--(?:server\.)?port[ =]\s*(\d{2,5})\b")
SERVERS = ("gunicorn", "uvicorn", "hypercorn", "daphne", "waitress")


def find(
    tree: Tree,
    sources: tuple[Source, ...],
    names: frozenset[str],
    framework: str | None,
    scripts: Mapping[str, object] | None = None,
) -> Started | None:
    """How the app starts; None when nothing says so. `scripts` are the commands that installing the project makes."""
    started = command(tree, sources, names, framework, scripts or {})
    if started is None:
        return None
    text = " ".join(started.start.command)
    bound = python_gunicorn.read(tree, text) or python_uwsgi.read(tree, text, started.start.where)
    if bound is None:
        return started
    return replace(started, port=bound.port or started.port, problems=(*started.problems, *bound.problems))


def command(
    tree: Tree,
    sources: tuple[Source, ...],
    names: frozenset[str],
    framework: str | None,
    scripts: Mapping[str, object],
) -> Started | None:
    """The start command, by itself."""
    if web := procfile.web(tree):
        return from_text(web.command, web.where, names)
    if (
        framework == "Django"
        and (folder := python_django.folder(tree)) is not None
        and (started := python_django.start(tree, folder, names))
    ):
        return started
    return (
        application(tree, sources, names)
        or python_pyramid.find(tree, names)
        or python_boards.find(sources, names)
        or python_script.find(sources, names)
        or python_script.project(scripts)
    )


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
    server = next((name for name in SERVERS if name in text), None)
    bound = BOUND.search(text)
    fixed = numbers.port(bound[1] or bound[2]) if bound else None
    return Started(
        start=Start(command=words, text=text, where=where),
        extra=(server,) if server and server not in names and "fastapi" not in text else (),
        port=Port(number=fixed, variable=None, where=where) if fixed else told(text, where),
        problems=python_reach.of_command(text, where, {}),
    )


def told(text: str, where: str) -> Port | None:
    """The port of a command that reads PORT: by name, or because gunicorn does; None for another."""
    named = re.search(r"\$(?:PORT\b|\{PORT(?::?-(\d+))?\})", text)
    if not named and not re.search(r"\bgunicorn\b(?!.*\s(?:-b|--bind|-c|--config)\b)", text):
        return None
    return Port(number=numbers.port(named[1] if named else None) or 8000, variable="PORT", where=where)


def application(tree: Tree, sources: tuple[Source, ...], names: frozenset[str]) -> Started | None:
    """The application object, made at the top of a module, or by a factory that can be called without arguments. A
    private module's is put together by something public (`_app.py` by the project's own command)."""
    public = tuple(source for source in sources if not PRIVATE.search(source.path))
    found = found_object(public, names)
    if found is None:
        return None
    source, match, asynchronous, factory = found
    root = python_modules.root(source.path, sources, names)
    target = f"{python_modules.module(source.path, root)}:{match['name']}"
    made = serve(target, source.where(match.start()), names, asynchronous, factory=factory)
    home = python_folders.home(tree, sources, root)
    if home != ".":
        made = replace(made, start=replace(made.start, command=moved(made.start.command, home)))
    return replace(made, root=root)


def moved(command: tuple[str, ...], folder: str) -> tuple[str, ...]:
    """The server's command, started in the folder."""
    if command[0] == "gunicorn":
        return ("gunicorn", "--chdir", folder, *command[1:])
    return (*command[:2], f"cd {shell.quote(folder)} && {command[2]}")


def found_object(sources: tuple[Source, ...], names: frozenset[str]) -> tuple[Source, re.Match[str], bool, bool] | None:
    """Where the object stands, whether it is asynchronous, and whether it is a factory's name."""
    kinds = ((AROUND, True), (ASGI, True), (FALCON_ASGI, True), (WSGI, False), (FALCON_WSGI, False))
    for pattern, asynchronous in kinds:
        made = [(source, match) for source in sources if (match := pattern.search(source.text))]
        if made:
            source, match = min(made, key=lambda each: (each[0].path.count("/"), not USUAL.search(each[0].path)))
            return source, match, asynchronous, False
    asynchronous = bool(ASYNCHRONOUS & names)
    if not asynchronous and not {"flask", "apiflask", "django", "falcon", "bottle"} & names:
        return None
    for source in sources:
        if match := CALLED.search(source.text):
            return source, match, asynchronous, False
    for source in sources:
        for match in FACTORY.finditer(source.text):
            if callable_bare(match["arguments"]):
                return source, match, asynchronous, True
    return None


def callable_bare(arguments: str) -> bool:
    """Whether a function with these parameters can be called without any."""
    plain = re.sub(r"\[[^\]]*\]|\([^()]*\)|\{[^}]*\}", "", arguments)
    return all("=" in part or part.strip().startswith("*") for part in plain.split(",") if part.strip())

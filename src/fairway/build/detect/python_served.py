"""A Python application object under the server that suits it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fairway.build.detect import shell
from fairway.domain.detection import Port, Problem, Start

ASYNCHRONOUS = frozenset({"fastapi", "starlette", "litestar", "quart", "sanic", "blacksheep"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The start command, the packages that it needs beyond those that are listed, and a port that it fixes.

    `script` is the command of the project's own that it names, "" when it names none; `root` the folder that its
    modules are named from, "" where it names none; `variables` are set in the image for it.
    """

    start: Start
    extra: tuple[str, ...] = ()
    port: Port | None = None
    problems: tuple[Problem, ...] = ()
    script: str = ""
    root: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An ASGI server: its program, the packages that bring it, its command for a target, and how it is told that the
    target makes the application (None: it can't be)."""

    name: str
    packages: frozenset[str]
    command: str
    factory: str | None


UVICORN = Server(
    name="uvicorn",
    packages=frozenset({"uvicorn", "fastapi-cli"}),
    command="uvicorn {target} --host 0.0.0.0 --port ${{PORT:-8000}}",
    factory="--factory {target}",
)
SERVERS = (
    UVICORN,
    Server(
        name="hypercorn",
        packages=frozenset({"hypercorn"}),
        command="hypercorn {target} --bind 0.0.0.0:${{PORT:-8000}}",
        factory="'{target}()'",
    ),
    Server(
        name="granian",
        packages=frozenset({"granian", "litestar-granian"}),
        command="granian --interface asgi --host 0.0.0.0 --port ${{PORT:-8000}} {target}",
        factory="--factory {target}",
    ),
    Server(
        name="daphne",
        packages=frozenset({"daphne"}),
        command="daphne -b 0.0.0.0 -p ${{PORT:-8000}} {target}",
        factory=None,
    ),
)
"""The one that is listed is the one that the app was tried with. uvicorn comes first: it is added where none is."""


def serve(
    target: str, where: str, names: frozenset[str], asynchronous: bool, factory: bool = False, folder: str = "."
) -> Started:
    """The server's command for an application object, whose module lies in `folder`."""
    if asynchronous:
        server = chosen(names, factory)
        text, words = f"{server.name} {target}", asgi(server, target, factory, folder)
        # Without its extra uvicorn has nothing that speaks WebSocket, and answers 404.
        extra = () if server.packages & names else ("uvicorn[standard]" if "channels" in names else "uvicorn",)
    else:
        moved = ("--chdir", folder) if folder != "." else ()
        text = f"gunicorn {target}"
        words = ("gunicorn", *moved, *sockets(names), f"{target}()" if factory else target)
        extra = () if "gunicorn" in names else ("gunicorn",)
    return Started(
        start=Start(command=words, text=text, where=where),
        extra=extra,
        port=Port(number=8000, variable="PORT", where=where),
    )


def sockets(names: frozenset[str]) -> tuple[str, ...]:
    """What gunicorn is told where Flask-SocketIO keeps connections open: one worker, since a client's requests have to
    come to the same one, of the kind that is installed, else with a thread for each."""
    if "flask-socketio" not in names:
        return ()
    kinds = (
        ("eventlet", "eventlet"),
        ("gevent-websocket", "geventwebsocket.gunicorn.workers.GeventWebSocketWorker"),
        ("gevent", "gevent"),
    )
    kind = next((("--worker-class", worker) for name, worker in kinds if name in names), ("--threads", "100"))
    return ("--workers", "1", *kind)


def chosen(names: frozenset[str], factory: bool) -> Server:
    """The first server that is listed, uvicorn where none is."""
    fit = (each for each in SERVERS if each.packages & names and not (factory and each.factory is None))
    return next(fit, UVICORN)


def asgi(server: Server, target: str, factory: bool, folder: str) -> tuple[str, ...]:
    """The server's command, through a shell that reads PORT and moves to the folder."""
    made = server.factory.format(target=target) if factory and server.factory else target
    if folder != "." and server is UVICORN:
        return ("sh", "-c", f"exec {server.command.format(target=f'--app-dir {shell.quote(folder)} {made}')}")
    moved = f"cd {shell.quote(folder)} && " if folder != "." else ""
    return ("sh", "-c", f"{moved}exec {server.command.format(target=made)}")

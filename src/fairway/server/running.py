"""The server process from its start to its end.

It holds its home, binds its port before anything else is opened (a port that is taken changes nothing), opens the
services, catches up on what was pushed meanwhile, and serves until it is told to stop. SIGTERM ends the streams first,
each with a last line, then the requests under way, then the services.
"""

import asyncio
import contextlib
import errno
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from fairway.errors import Conflict, UsageError
from fairway.server import auth, beside, lock, problems, pushes, readiness
from fairway.server.app import create
from fairway.services import Services
from fairway.settings import Settings

Build = Callable[[Settings], AbstractAsyncContextManager[Services]]
GRACE = 5
"""Seconds for requests under way, once the server is told to stop."""
LARGEST_FRAME = 1024 * 1024
BACKLOG = 512


def serve(settings: Settings, build: Build) -> None:
    """Run the server until SIGTERM or SIGINT. Raises Conflict when the home or the port is taken."""
    furnish(settings)
    with lock.hold(settings.run), bind(settings) as listener:
        # Not uvloop: it starts a process with a plain fork, 20 ms each at this server's size against 4 ms with vfork
        # in asyncio's way, and a push starts a dozen.
        await_processes_by_descriptor()
        close_databases(settings)
        asyncio.run(run(settings, build, listener))


def furnish(settings: Settings) -> None:
    """Make the home and its folders, and close these to everybody else on this host: the code and the logs of all apps
    are in them. The home itself may be a directory that somebody made, open to all, and is left as it is."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    own = [settings.run, settings.logs, settings.executions, settings.runs, settings.checkouts]
    if not settings.shared_repositories:
        own.append(settings.repositories)
    for folder in own:
        folder.mkdir(exist_ok=True)
        close(folder, 0o700)
    settings.repositories.mkdir(parents=True, exist_ok=True)


def close_databases(settings: Settings) -> None:
    """The same for the files of a home that no other server has open."""
    for file in settings.own_databases:
        if not file.exists():
            file.touch(mode=0o600)  # before SQLite makes it: what it puts beside a file has the file's mode
        for each in settings.home.glob(f"{file.name}*"):
            close(each, 0o600)


def close(path: Path, mode: int) -> None:
    """Give the path the mode if it is open to other accounts. One that is another account's is theirs to close."""
    if path.stat().st_mode & 0o077:
        with contextlib.suppress(PermissionError):
            path.chmod(mode)


def await_processes_by_descriptor() -> None:
    """Hear of the end of processes on the loop itself, as Python 3.12 does by itself; 3.11 has a thread wait for each
    of them, which has to wait for the loop in its turn."""
    if sys.version_info < (3, 12) and hasattr(os, "pidfd_open"):
        with contextlib.suppress(OSError):  # an older kernel, or one that forbids it
            os.close(os.pidfd_open(os.getpid()))
            asyncio.set_child_watcher(asyncio.PidfdChildWatcher())


async def run(settings: Settings, build: Build, listener: socket.socket) -> None:
    """Serve on the listener until a signal comes."""
    async with build(settings) as services:
        owner = f"{auth.OWNER}@{services.instance}" if settings.shared else auth.OWNER
        await auth.register_owner(services.tokens, settings.token_file, at=services.clock.now(), name=owner)
        app = create(services)
        server = Server(app)
        door = pushes.open_door(settings, app.state.secret)
        try:
            with _signals(server):
                async with beside.running(_catch_up(services)):
                    await server.serve(sockets=[listener])
        finally:
            door.unlink(missing_ok=True)


class Server(uvicorn.Server):
    """uvicorn, but for its signals: it would raise them again at its end, and leave the services no time to close."""

    def __init__(self, app: FastAPI) -> None:
        config = uvicorn.Config(
            app,
            loop="none",
            http="httptools",
            ws="websockets-sansio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
            ws_max_size=LARGEST_FRAME,
        )
        super().__init__(config)
        self._app = app

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone; `run` handles them."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so to who waits for that."""
        await super().startup(sockets)
        readiness.tell()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, which would never end by themselves, then the rest."""
        self._app.state.stopping.set()
        await super().shutdown(sockets)


@contextmanager
def bind(settings: Settings) -> Iterator[socket.socket]:
    """The port, bound. Raises Conflict when it is taken, UsageError when the address is not this host's."""
    family = socket.AF_INET6 if ":" in settings.address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Every connection inherits it. asyncio would set it only where a socket says that its protocol is TCP, which
        # this one's do not; without it the end of a streamed answer waits 40 ms for the client's delayed ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            listener.bind((settings.address, settings.port))
        except OSError as error:
            raise _refuse(settings, error) from error
        listener.listen(BACKLOG)
        listener.setblocking(False)
        yield listener


async def _catch_up(services: Services) -> None:
    try:
        await services.intake.resync()
    except Exception as error:  # noqa: BLE001 - a server that serves is worth more than one that gave up over this
        problems.unforeseen(error)


@contextmanager
def _signals(server: uvicorn.Server) -> Iterator[None]:
    """The first signal stops the server in peace, the second at once."""

    def stop() -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    loop = asyncio.get_running_loop()
    names = (signal.SIGTERM, signal.SIGINT)
    for name in names:
        loop.add_signal_handler(name, stop)
    try:
        yield
    finally:
        for name in names:
            loop.remove_signal_handler(name)


def _refuse(settings: Settings, error: OSError) -> Conflict | UsageError:
    where = f"port {settings.port} of {settings.address}"
    if error.errno == errno.EADDRINUSE:
        return Conflict(
            f"{where} is already taken",
            why="another process listens there",
            hint=f"ss -ltnp 'sport = :{settings.port}' shows which; FAIRWAY_PORT chooses another port",
        )
    return UsageError(f"{where} can't be bound", why=error.strerror or str(error), hint="FAIRWAY_ADDRESS, FAIRWAY_PORT")

"""`fairway exec -- COMMAND`: a command in a running task, with its input, its two outputs and its exit status; with
`--new` a run of it in a container of its own.

One WebSocket carries it all. A thread of its own reads the keyboard, and tells the other end when the window's size
changes; a signal handler must not send by itself, since it may have interrupted a send.
"""

import json
import os
import select
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import click

from fairway.cli import durations, here, options, runs
from fairway.client import problems
from fairway.client.api import PREFIX, unreachable
from fairway.errors import Unreachable, UsageError

CHUNK = 65536


@click.command("exec", context_settings={"allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@options.app
@options.environment
@click.option("--service", help="In a task of this service; with --new, with its limits. Default: web.")
@click.option("--task", help="In this task.")
@click.option("--tty", "-t", is_flag=True, help="Give it this terminal, for shells and prompts.")
@click.option("--new", is_flag=True, help="In a new container of the current release, without input. Ctrl-C stops it.")
@click.option("--timeout", metavar="DURATION", help="With --new: it is ended after this time. Default: 1h.")
@click.option("--detach", "-d", is_flag=True, help="With --new: don't wait for its end.")
@click.option("--while-closed", is_flag=True, help="With --new: though the environment is closed for a migration.")
@options.as_json
def execute(
    command: tuple[str, ...],
    application: str | None,
    environment: str | None,
    service: str | None,
    task: str | None,
    tty: bool,
    new: bool,
    timeout: str | None,
    detach: bool,
    while_closed: bool,
    as_json: bool,
) -> None:
    """Run a command in a task. Its exit status is passed on.

    With --new it runs in a container of its own, from the image of the release that is deployed, with the environment's
    variables and on its network. It is recorded (fairway jobs), and goes on when the connection or the server goes
    away. The exit status is its own, or 1 when it could not be started. With --json its lines go to standard error, and
    its end is printed.
    """
    others = {"--timeout": timeout, "--detach": detach, "--while-closed": while_closed, "--json": as_json}
    check_options(new=new, tty=tty, task=task, others=others)
    if new:
        seconds = durations.seconds("--timeout", timeout or "1h")
        place = here.find(application)
        body = {"command": command, "service": service, "timeout": seconds} | runs.insisting(while_closed)
        runs.begin(place, {**body, "environment": place.environment(environment)}, detach=detach, as_json=as_json)
        return
    if tty and not sys.stdin.isatty():
        raise UsageError("--tty needs a terminal, and standard input is none", hint="leave --tty out")
    place = here.find(application)
    query: dict[str, Any] = {"environment": place.environment(environment), "command": command}
    query |= {"service": service} if service else {}
    query |= {"task": task} if task else {}
    query |= {"tty": "true"} if tty else {}
    raise click.exceptions.Exit(converse(place, urlencode(query, doseq=True), tty=tty))


def check_options(*, new: bool, tty: bool, task: str | None, others: Mapping[str, object]) -> None:
    """Raise UsageError for what does not go together."""
    if new and (tty or task):
        raise UsageError(
            f"{'--tty' if tty else '--task'} and --new don't go together",
            why="a new container has no terminal and no input, and is in no task",
            hint="leave one of them out",
        )
    for name, value in others.items():
        if value and not new:
            raise UsageError(f"{name} goes with --new", hint=f"fairway exec --new {name} … -- COMMAND")


def converse(place: here.Place, query: str, *, tty: bool, parts: Sequence[str] = ("exec",)) -> int:
    """Run the conversation at that path below the app; the command's exit status. Raises what the server says, and
    Unreachable."""
    from websockets import exceptions
    from websockets.sync.client import connect

    client = place.client
    url = f"{client.url.replace('http', 'ws', 1)}{PREFIX}{place.path(*parts)}?{query}"
    headers = {"Authorization": f"Bearer {client.token}"}
    try:
        with (
            connect(url, additional_headers=headers, proxy=None, compression=None, max_size=None) as socket,
            keyboard(socket, tty=tty),
        ):
            return listen(socket)
    except exceptions.InvalidStatus as error:
        raise problems.read(error.response.status_code, bytes(error.response.body or b""), client.url) from error
    except exceptions.ConnectionClosed as error:
        raise Unreachable("the command's connection broke off", why="the server or the task has gone") from error
    except (OSError, exceptions.InvalidMessage) as error:
        raise unreachable(client.url, error) from error


def listen(socket: Any) -> int:
    """Pass on what the command prints, until its exit status comes."""
    while True:
        frame = socket.recv()
        if isinstance(frame, bytes):
            stream = sys.stderr.buffer if frame[:1] == b"\2" else sys.stdout.buffer
            stream.write(frame[1:])
            stream.flush()
            continue
        message = json.loads(frame)
        if "problem" in message:
            raise problems.make(message["problem"])
        if "exit" in message:
            return int(message["exit"])


@contextmanager
def keyboard(socket: Any, *, tty: bool) -> Iterator[None]:
    """Send standard input while the body runs; with `tty`, key by key, and the window's size."""
    waker, woken = os.pipe()
    with raw_terminal(woken) if tty else _nothing():
        if tty:
            send_size(socket)
        threading.Thread(target=send_input, args=(socket, waker), daemon=True).start()
        yield


@contextmanager
def raw_terminal(woken: int) -> Iterator[None]:
    """Keys come one by one and unchanged; a change of the window's size writes to `woken`. All is put back after."""
    import termios
    import tty as terminal

    before = termios.tcgetattr(sys.stdin)
    handler = signal.signal(signal.SIGWINCH, lambda *_: os.write(woken, b"w"))
    try:
        terminal.setraw(sys.stdin)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
        signal.signal(signal.SIGWINCH, handler)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def send_input(socket: Any, waker: int) -> None:
    """Send standard input to its end, and the window's size whenever `waker` can be read."""
    from websockets.exceptions import ConnectionClosed

    keys = sys.stdin.fileno()
    try:
        while True:
            ready = select.select([keys, waker], [], [])[0]
            if waker in ready:
                os.read(waker, CHUNK)
                send_size(socket)
            if keys in ready:
                chunk = os.read(keys, CHUNK)
                socket.send(chunk)
                if not chunk:
                    return
    except (ConnectionClosed, OSError):
        # The command has ended, or the terminal has gone; `listen` says how it ended.
        return


def send_size(socket: Any) -> None:
    """Tell the window's size."""
    size = shutil.get_terminal_size()
    socket.send(json.dumps({"resize": [size.columns, size.lines]}))

"""`fairway aws exec -- COMMAND`: a command in a running task of the app's stacks, spoken to from this machine.

The conversation is that of `fairway exec`, with the session itself in place of the server's WebSocket: a thread reads
the keyboard, and hands what it reads to the loop in which the session lives.
"""

import asyncio
import json
import sys
from concurrent.futures import CancelledError
from contextlib import aclosing
from typing import TYPE_CHECKING

import click

from fairway.cli import cloud, cloud_show, options
from fairway.cli.cloud import Place
from fairway.cli.commands.exec import keyboard
from fairway.domain.app import Environment
from fairway.errors import NotFound, UsageError

if TYPE_CHECKING:
    from fairway.adapters.ecs.sessions import Running

WEB = "web"
"""The service that is meant when none is named, as with `fairway exec`."""


@click.command("exec", context_settings={"allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@options.environment
@click.option("--service", help="In a task of this service. Default: web, or the only one.")
@click.option("--task", help="In this task. Default: the one that has run longest.")
@click.option("--tty", "-t", is_flag=True, help="Give it this terminal, for shells and prompts.")
@cloud.profile_option
def execute(
    command: tuple[str, ...],
    environment: str | None,
    service: str | None,
    task: str | None,
    tty: bool,
    profile: str | None,
) -> None:
    """Run a command in a task on AWS. Its exit status is passed on.

    It needs AWS's session-manager-plugin on this machine, and sh, stty and cat in the image.
    """
    if tty and not sys.stdin.isatty():
        raise UsageError("--tty needs a terminal, and standard input is none", hint="leave --tty out")
    place = cloud.find()
    found = choose(place, environment)
    name = service or usual(found)
    raise click.exceptions.Exit(asyncio.run(enter(place, profile, found, name, command, task=task, tty=tty)))


def choose(place: Place, environment: str | None) -> Environment:
    """The environment that is meant: the option, the only one, or production. Raises NotFound and UsageError."""
    names = [each.name for each in place.app.environments]
    usual = names[0] if len(names) == 1 else "production"
    found = place.app.environment(environment or usual)
    if found is not None:
        return found
    if environment is None:
        raise UsageError(f"{place.app.name} has several environments: {', '.join(names)}", hint=f"-e {names[0]}")
    raise NotFound(f'{place.app.name} has no environment "{environment}"', hint=f"it has {', '.join(names)}")


def usual(environment: Environment) -> str:
    """The service that is meant when none is named."""
    names = [each.name for each in environment.services]
    return names[0] if len(names) == 1 else WEB


async def enter(
    place: Place,
    profile: str | None,
    environment: Environment,
    service: str,
    command: tuple[str, ...],
    *,
    task: str | None,
    tty: bool,
) -> int:
    """Run it, and return its exit status."""
    from fairway.bootstrap import provisioning

    if service not in [each.name for each in environment.services]:
        known = ", ".join(each.name for each in environment.services)
        raise NotFound(f'{environment.name} has no service "{service}"', hint=f"--service takes one of {known}")
    async with cloud.reach(place, profile, cloud_show.Show()) as parts:
        await cloud.identify(parts, place)
    async with provisioning.reach_tasks(place.aws.region, profile, place.app.name, environment.name) as shell:
        return await converse(await shell.start(service, command, task=task, tty=tty), tty=tty)


async def converse(session: "Running", *, tty: bool) -> int:
    """Pass on what is typed and printed, until the command's exit status is known. Ctrl-C ends the command."""
    with keyboard(Line(session, asyncio.get_running_loop()), tty=tty):
        async with aclosing(session.output()) as output:
            async for _, data in output:
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()
    return await session.exit_code()


class Line:
    """The session as the keyboard's thread sees it: what `fairway exec` has as its socket."""

    def __init__(self, session: "Running", loop: asyncio.AbstractEventLoop) -> None:
        self._session = session
        self._loop = loop

    def send(self, what: bytes | str) -> None:
        """Bytes for the command's input, taken when this returns; or the text that says the window's size, which the
        loop's own thread sends too. Raises OSError once the session has ended."""
        work = self._session.write(what) if isinstance(what, bytes) else self._session.resize(*read_size(what))
        try:
            done = asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError as error:
            work.close()
            raise OSError("the session has ended") from error
        try:
            if isinstance(what, bytes):
                done.result()
        except CancelledError as error:
            raise OSError("the session has ended") from error


def read_size(text: str) -> tuple[int, int]:
    """`{"resize": [80, 24]}`, as the keyboard sends it."""
    columns, rows = json.loads(text)["resize"]
    return columns, rows

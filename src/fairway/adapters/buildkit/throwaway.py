"""Running one command in a container that is gone afterwards: the tests of an image."""

import asyncio
import uuid
from collections.abc import Sequence

from fairway.adapters.buildkit import process
from fairway.adapters.buildkit.client import Client, capture
from fairway.adapters.buildkit.limits import SHARES
from fairway.domain.image import LocalImage
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.builder import LogSink

LABEL = "fairway.throwaway"
PROCESSES = 2048
"""How many processes and threads the container may have: a test that forks for ever ends there."""
REFUSED = 125
"""docker run's own exit code when the container could not be made."""
PATIENCE = 30.0
"""Seconds for taking a container away."""


async def run(
    client: Client, image: LocalImage, command: str, log: LogSink, *, timeout: float, owner: str, memory: int
) -> int:
    """The exit code of the shell command. However this ends, the container is gone.

    Raises WorkFailed when the time is over, or when the container can't be made.
    """
    name = f"fairway-run-{uuid.uuid4().hex[:12]}"
    last: list[str] = []

    def keep(line: str) -> None:
        last[:] = [*last[-19:], line]
        log(line)

    try:
        async with asyncio.timeout(timeout):
            code = await process.run(arguments(client, name, image, command, owner, memory), client.environment, keep)
    except TimeoutError as error:
        raise WorkFailed(
            f"`{command}` took longer than {timeout:g} s", why="build.timeout ended it", log=tuple(last)
        ) from error
    finally:
        # The client's death alone leaves the container running, and --rm then never comes to its turn.
        await asyncio.shield(remove(client, [name]))
    if code == REFUSED:
        raise WorkFailed(f"`{command}` could not be run in the image", why=last[-1] if last else "", log=tuple(last))
    return code


def arguments(client: Client, name: str, image: LocalImage, command: str, owner: str, memory: int) -> list[str]:
    """The docker run command: Docker's own network, no app's; the limits of builds; nothing pulled."""
    return [
        *(client.command, "run", "--rm", "--init", "--pull=never", "--name", name, "--label", f"{LABEL}={owner}"),
        *("--cpu-shares", str(SHARES), "--memory", str(memory), "--pids-limit", str(PROCESSES)),
        *("--log-driver", "none", "--entrypoint", "/bin/sh", image.id, "-c", command),
    ]


async def remove(client: Client, names: Sequence[str]) -> None:
    """Kill and delete the containers. Those that are not there are no error."""
    try:
        async with asyncio.timeout(PATIENCE):
            await capture([client.command, "rm", "--force", "--volumes", *names], client.environment)
    except TimeoutError as error:
        raise Unavailable("the Docker Engine does not answer", why=f"{names[0]} could not be removed") from error


async def remove_left(client: Client, owner: str) -> None:
    """Delete the containers that a killed predecessor left running."""
    filters = ["--filter", f"label={LABEL}={owner}"]
    code, output = await capture([client.command, "ps", "--all", "--quiet", *filters], client.environment)
    if code == 0 and output.split():
        await remove(client, output.split())

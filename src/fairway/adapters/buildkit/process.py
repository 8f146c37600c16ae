"""One child process in a process group of its own, read line by line, and gone when its block is left."""

import asyncio
import codecs
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

GRACE = 5.0
"""Seconds between SIGTERM and SIGKILL."""
LONGEST = 8192
"""Characters of one line that are kept: a bundler prints its whole output as one."""


@contextlib.asynccontextmanager
async def started(
    arguments: Sequence[str], environment: Mapping[str, str], directory: Path | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start it with both outputs in `stdout`. However the block is left, its whole group has ended afterwards.

    Where `setpriv` is there it also ends when this process is killed, so that no build outlives its server.
    """
    setpriv = shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
    process = await asyncio.create_subprocess_exec(
        *prefix,
        *arguments,
        env=environment,
        cwd=directory,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            await end(process)


async def end(process: asyncio.subprocess.Process) -> None:
    """SIGTERM to the group, and SIGKILL when that was not enough, or when the caller can't wait."""
    try:
        signal_group(process, signal.SIGTERM)
        async with asyncio.timeout(GRACE):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            signal_group(process, signal.SIGKILL)
            await process.wait()


def signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Signal the process and its children; that they have just ended is no error."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


async def run(
    arguments: Sequence[str], environment: Mapping[str, str], log: Callable[[str], None], directory: Path | None = None
) -> int:
    """Run it to its end, each line of its output given to `log`, and return its exit code."""
    async with started(arguments, environment, directory) as process:
        async for line in lines(process):
            log(line)
        return await process.wait()


async def lines(process: asyncio.subprocess.Process) -> AsyncIterator[str]:
    """Its output's lines without their ends, cut at `LONGEST`; of a line redrawn with `\\r` only the last state."""
    assert process.stdout is not None
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest = ""
    while chunk := await process.stdout.read(65536):
        *complete, rest = (rest + decoder.decode(chunk)).split("\n")
        for line in complete:
            yield shorten(line)
        rest = rest[-LONGEST * 2 :] if len(rest) > LONGEST * 4 else rest
    if rest:
        yield shorten(rest)


def shorten(line: str) -> str:
    """What a terminal would show of the line at its end."""
    shown = line.rstrip("\r").rsplit("\r", 1)[-1]
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]} … ({len(shown) - LONGEST} more characters)"

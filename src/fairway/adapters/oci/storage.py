"""The embedded registry's files: how much they are, what was deleted of them, and giving the space back.

Deleting an image only unlinks it; its layers go with Distribution's own garbage collection. Two marks beside the images
say whether there is anything to collect and when that was done last; they outlive the server.
"""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

from fairway.adapters.oci import config
from fairway.adapters.process import proc, start
from fairway.errors import WorkFailed
from fairway.ports.registry import Garbage

COLLECTION = 600.0
"""Seconds for a collection, in which nothing can be pushed."""
DELETED = "deleted"
COLLECTED = "collected"


async def collect(directory: Path, *, now: float) -> int:
    """Run the registry program's garbage collection; the bytes that it gave back. Nothing may be pushed meanwhile.

    Raises WorkFailed. What it had deleted until then stays deleted, and the next collection goes on.
    """
    images = directory / "images"
    before = await asyncio.to_thread(usage, images)
    await run(command(directory))
    await asyncio.to_thread(mark_collected, directory, now)
    return max(0, before - await asyncio.to_thread(usage, images))


async def end_orphan(directory: Path) -> None:
    """End a collection that a killed server has left running. It deletes what nothing names, one after the other, so
    that it can be ended anywhere. Raises Unavailable when there is no registry program."""
    orphan = await asyncio.to_thread(proc.find, command(directory))
    if orphan is not None:
        await start.end(orphan, signal.SIGKILL, 5.0)


def command(directory: Path) -> tuple[str, ...]:
    """The collection's command. Raises Unavailable when there is no registry program."""
    return (config.find_program(), "garbage-collect", str(directory / "config.yml"))


async def run(arguments: tuple[str, ...]) -> None:
    """Run a collection to its end. Raises WorkFailed with its last words."""
    process = await asyncio.create_subprocess_exec(
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(COLLECTION):
            _, output = await process.communicate()
    except TimeoutError as error:
        raise WorkFailed(f"the registry's garbage collection took longer than {COLLECTION:g} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = output.decode(errors="replace").strip()
    # A registry that has never stored anything has no `repositories` folder, and the program calls that a failure.
    if process.returncode != 0 and "Path not found" not in text:
        raise WorkFailed("the registry's garbage collection failed", why=text.splitlines()[-1] if text else "")


def mark_deleted(directory: Path) -> None:
    """Note that there is something to collect: before the deletion, so that a crash leaves a mark too many."""
    (directory / DELETED).touch(mode=0o600)


def mark_collected(directory: Path, now: float) -> None:
    """Note that nothing is left to collect. Nothing is deleted meanwhile."""
    config.write(directory / COLLECTED, f"{now}\n")
    (directory / DELETED).unlink(missing_ok=True)


def read_garbage(directory: Path) -> Garbage:
    """What the two marks say."""
    collected_at = None
    with contextlib.suppress(FileNotFoundError, ValueError):
        collected_at = float((directory / COLLECTED).read_text(encoding="ascii"))
    return Garbage(deleted=(directory / DELETED).exists(), collected_at=collected_at)


def usage(directory: Path) -> int:
    """The bytes of the files below the directory."""
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += (Path(folder) / name).lstat().st_size
    return total

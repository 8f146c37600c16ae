"""A push is heard of before its hook's program has started.

The program tells the pusher what becomes of the push, and takes some 15 ms to come up; the shell that starts it writes
what was pushed into a pipe first (`adapters/git/layout.script`). It announces the same push by the same id afterwards,
and finds it decided upon: so nothing is lost with the pipe, and nothing is started twice.
"""

import asyncio
import contextlib
import logging
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from fairway.domain.ids import AppName
from fairway.errors import FairwayError
from fairway.intake.intake import Intake
from fairway.intake.push import Push, Update
from fairway.server import beside

MOST = 64 * 1024
"""Bytes of what is listened to. A push of more refs waits for the hook's program."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`end` is the pipe's end that the hook writes to; `environment` tells it so."""

    end: int
    environment: Mapping[str, str]


@contextlib.asynccontextmanager
async def listening(intake: Intake, app: AppName, by: str) -> AsyncIterator[Line]:
    """A line to a hook that is yet to be started, open for the block's length. `by` is who pushes."""
    reading, writing = os.pipe()
    id = secrets.token_hex(8)
    environment = {"GIT_HOOK_TELL": str(writing), "GIT_HOOK_ID": id}
    try:
        async with beside.running(_listen(reading, intake, app, id, by)):
            yield Line(end=writing, environment=environment)
    finally:
        os.close(writing)


async def _listen(reading: int, intake: Intake, app: AppName, id: str, by: str) -> None:
    reader = asyncio.StreamReader(limit=MOST)
    protocol = asyncio.StreamReaderProtocol(reader)
    pipe = os.fdopen(reading, "rb", buffering=0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
    try:
        told = await reader.readuntil(b"\n\n")
        push = Push(app=app, id=id, by=by, updates=read(told))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        log.debug("a push was not told early", extra={"app": app})
    else:
        await _decide(intake, push)
    finally:
        transport.close()


async def _decide(intake: Intake, push: Push) -> None:
    """A decision that was begun is not left half made when the hook has gone."""
    deciding = asyncio.create_task(intake.push(push))
    try:
        await asyncio.shield(deciding)
    except asyncio.CancelledError:
        await asyncio.wait([deciding])
        raise
    except FairwayError as error:
        # The hook's program meets the same, and tells the pusher.
        log.debug("a push that was told early could not be taken in: %s", error, extra={"app": push.app})


def read(told: bytes) -> tuple[Update, ...]:
    """The updates of git's lines `OLD NEW REF`. Raises ValueError for anything else."""
    return tuple(Update.of(line) for line in told.decode("utf-8", "surrogateescape").split("\n") if line)

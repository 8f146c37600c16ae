"""Sessions of ECS Exec: begun by a call, spoken to by AWS's own plugin in a terminal of this process's.

A session outlives who began it: a plugin that is killed leaves the command running, until AWS ends the session for
idleness. So whoever leaves before the end terminates it by name.
"""

import asyncio
import contextlib
import logging
import os
import secrets
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.adapters.aws.threads import apart
from fairway.adapters.ecs import entry, plugin, wrapped
from fairway.adapters.ecs.entry import Door
from fairway.adapters.ecs.terminal import Terminal
from fairway.adapters.ecs.typed import Typing
from fairway.errors import FairwayError

LOG = logging.getLogger(__name__)

WAITING = 64
"""How many writes may wait to be typed; who writes more waits too."""
LAST = 5.0
"""Seconds that the end of a session may take, whoever ends it."""


class Sessions:
    """In one account and region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def begin(self, door: Door, command: Sequence[str], *, tty: bool) -> "Running":
        """Run the command behind that door. Raises NotFound, Conflict or Unavailable for what is in the way."""
        program = await plugin.find(door.host)
        answer = await self._session.call("ecs", "DescribeTasks", cluster=door.cluster, tasks=[door.task])
        container = entry.open_container(door, next(iter(answer["tasks"]), None))
        nonce = secrets.token_hex(8)
        try:
            answer = await self._session.call(
                "ecs",
                "ExecuteCommand",
                known=entry.KNOWN,
                cluster=door.cluster,
                task=door.task,
                container=door.container,
                interactive=True,
                command=wrapped.wrap(command, nonce, tty=tty),
            )
        except Refused as refusal:
            raise entry.refused(door, refusal) from refusal
        session = answer["session"]
        try:
            arguments = plugin.arguments(
                program,
                region=self._session.region,
                profile=self._session.profile or "",
                target=entry.target(door, container),
                endpoint=await apart(self._endpoint),
            )
            terminal = await Terminal.start(arguments, plugin.environment(os.environ, session))
        except OSError as error:
            await self.terminate(session["sessionId"])
            raise plugin.broken(program, error) from error
        return Running(self, door, session["sessionId"], terminal, nonce, tty=tty)

    async def terminate(self, session: str) -> None:
        """End a session, with the command in it. That it can't be ended is only logged: AWS does it later."""
        try:
            async with asyncio.timeout(LAST):
                await self._session.call("ssm", "TerminateSession", SessionId=session)
        except (FairwayError, TimeoutError) as error:
            LOG.warning("a session on ECS goes on until it is idle", extra={"session": session, "reason": str(error)})

    def _endpoint(self) -> str:
        """Systems Manager's address in the region; it blocks."""
        client: Any = self._session.client("ssm")
        return str(client.meta.endpoint_url)


class Running:
    """`ports.shell.Session` of one command. Its error output comes with its output: the session has one stream."""

    def __init__(
        self, sessions: Sessions, door: Door, session: str, terminal: Terminal, nonce: str, *, tty: bool
    ) -> None:
        self._sessions = sessions
        self._door = door
        self._session = session
        self._terminal = terminal
        self._heard = wrapped.Heard(nonce, session)
        self._typing = Typing(tty=tty)
        self._typed: asyncio.Queue[bytes] = asyncio.Queue(WAITING)
        self._begun = asyncio.Event()
        self._typist = asyncio.create_task(self._type())

    async def write(self, data: bytes) -> None:
        """Bytes for its standard input; empty bytes close it. They are typed once it has begun."""
        if not self._typist.done():
            await self._typed.put(self._typing.encode(data))

    async def resize(self, columns: int, rows: int) -> None:
        """Tell its terminal the size; the plugin looks twice a second."""
        self._terminal.resize(columns, rows)

    async def output(self) -> AsyncGenerator[tuple[str, bytes], None]:
        """("stdout", bytes) as they come. Left before the end, the command is ended."""
        try:
            while self._heard.status is None and (chunk := await self._terminal.read()):
                if data := self._heard.feed(chunk):
                    yield "stdout", data
                if self._heard.begun:
                    self._begun.set()
            if self._heard.status is None and (data := self._heard.rest()):
                yield "stdout", data
        finally:
            await self.close()

    async def exit_code(self) -> int:
        """Its exit code. Raises Conflict when it did not begin, and Unavailable when the session broke off."""
        if self._heard.status is not None:
            return self._heard.status
        explain = entry.broke_off if self._heard.begun else entry.never_began
        raise explain(self._door, self._heard.words())

    async def close(self) -> None:
        """End the session, and the plugin."""
        self._typist.cancel()
        await asyncio.wait([self._typist])
        try:
            if self._heard.status is None or not await self._wound_up():
                await self._sessions.terminate(self._session)
        finally:
            await self._terminal.close()

    async def _wound_up(self) -> bool:
        """Whether the session ends by itself, now that the command has; what would read its input is told the end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST):
                await self._terminal.write(self._typing.encode(b""))
        return await self._terminal.ended(LAST)

    async def _type(self) -> None:
        """Before the command has begun its terminal would take some bytes for keys, and repeat the others."""
        await self._begun.wait()
        while True:
            await self._terminal.write(await self._typed.get())

"""`fairway exec` on ECS: a session of ECS Exec, spoken to by AWS's own plugin in a terminal of the server's.

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
from fairway.adapters.ecs.engine import EcsEngine
from fairway.adapters.ecs.places import Places
from fairway.adapters.ecs.terminal import Terminal
from fairway.adapters.ecs.typed import Typing
from fairway.domain.ids import TaskId
from fairway.domain.observed import Task
from fairway.errors import FairwayError, NotFound

LOG = logging.getLogger(__name__)

WAITING = 64
"""How many writes may wait to be typed; who writes more waits too."""
LAST = 5.0
"""Seconds that the end of a session may take, whoever ends it."""


class EcsShell:
    """`ports.shell.Shell` over the tasks that the engine sees."""

    def __init__(self, session: Session, engine: EcsEngine, places: Places) -> None:
        self._session = session
        self._engine = engine
        self._places = places

    async def start(self, task: TaskId, command: Sequence[str], *, tty: bool = False) -> "Running":
        """Start the command. Raises NotFound when there is no such running task, Conflict for one that nobody can go
        into, and Unavailable without the plugin or when the agent in the task does not answer."""
        found = next((each for each in self._engine.tasks if each.id == task), None)
        if found is None:
            raise NotFound(f"there is no task {task}", hint="fairway ps")
        program = await plugin.find()
        place = self._places.of(found.app, found.environment)
        answer = await self._session.call("ecs", "DescribeTasks", cluster=place.cluster, tasks=[task])
        container = entry.open_container(found, place, next(iter(answer["tasks"]), None))
        nonce = secrets.token_hex(8)
        try:
            answer = await self._session.call(
                "ecs",
                "ExecuteCommand",
                known=entry.KNOWN,
                cluster=place.cluster,
                task=task,
                container=found.service,
                interactive=True,
                command=wrapped.wrap(command, nonce, tty=tty),
            )
        except Refused as refusal:
            raise entry.refused(found, refusal) from refusal
        session = answer["session"]
        try:
            arguments = plugin.arguments(
                program,
                region=self._session.region,
                profile=self._session.profile or "",
                target=entry.target(found, place, container),
                endpoint=await apart(self._endpoint),
            )
            terminal = await Terminal.start(arguments, plugin.environment(os.environ, session))
        except OSError as error:
            await self.terminate(session["sessionId"])
            raise plugin.broken(program, error) from error
        return Running(self, found, session["sessionId"], terminal, nonce, tty=tty)

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

    def __init__(self, shell: EcsShell, task: Task, session: str, terminal: Terminal, nonce: str, *, tty: bool) -> None:
        self._shell = shell
        self._task = task
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
        raise explain(self._task, self._heard.words())

    async def close(self) -> None:
        """End the session, and the plugin."""
        self._typist.cancel()
        await asyncio.wait([self._typist])
        try:
            if self._heard.status is None or not await self._wound_up():
                await self._shell.terminate(self._session)
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

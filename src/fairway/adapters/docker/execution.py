"""Commands run inside a task's container beside its own process: for checks, signals and `fairway exec`."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

from fairway.adapters.docker import frames, processes
from fairway.adapters.docker.connection import Connection, Refused
from fairway.errors import Unavailable

LOOKS = 40
"""How often the end of a command is looked for after its output has ended, and the seconds in between: 2 s in all."""
PAUSE = 0.05
NOT_STARTED = b"OCI runtime exec failed: "
LAST = 2.0
"""Seconds that killing a command may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended, and the first bytes of what it printed on both streams."""

    code: int
    output: bytes


class Execution:
    """One command inside a container. Closing it before its end kills the command."""

    def __init__(self, connection: Connection, id: str, container: str, *, tty: bool) -> None:
        self._connection = connection
        self._id = id
        self._container = container
        self._tty = tty
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._ended = False

    async def begin(self) -> None:
        """Start it; its output waits to be read."""
        self._reader, self._writer = await self._connection.hijack(
            f"/exec/{self._id}/start", {"Detach": False, "Tty": self._tty}
        )

    async def write(self, data: bytes) -> None:
        """Bytes for its standard input; empty bytes close it. One that has ended takes them and drops them."""
        writer = self._writer
        if writer is None or writer.is_closing():
            return
        try:
            if data:
                writer.write(data)
                await writer.drain()
            elif writer.can_write_eof():
                writer.write_eof()
        except ConnectionError:
            writer.close()

    async def resize(self, columns: int, rows: int) -> None:
        """Tell its terminal the size."""
        await self._connection.call("POST", f"/exec/{self._id}/resize", params={"w": str(columns), "h": str(rows)})

    async def output(self) -> AsyncGenerator[tuple[str, bytes], None]:
        """("stdout" or "stderr", bytes) as they come. Left before the end, the command is killed."""
        if self._reader is None:
            return
        decoder = frames.Decoder()
        try:
            while chunk := await read_some(self._reader):
                if self._tty:
                    yield "stdout", chunk
                    continue
                for stream, data in decoder.feed(chunk):
                    # Docker's own words about a command that it could not start come as if the command had said them.
                    yield ("stderr", data) if data.startswith(NOT_STARTED) else (stream, data)
            self._ended = True
        finally:
            await self.close()

    async def exit_code(self) -> int:
        """Its exit code. Docker may say "running" for a moment after the output has ended."""
        for _ in range(LOOKS):
            inspected = await self._inspect()
            if not inspected["Running"] and inspected["ExitCode"] is not None:
                return int(inspected["ExitCode"])
            await asyncio.sleep(PAUSE)
        return -1

    async def close(self) -> None:
        """Give the connection back, and end the command if it has not ended."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        writer.close()
        if not self._ended:
            # A Docker that does not answer must not hold up who gives up on the command; it runs on then.
            with contextlib.suppress(TimeoutError, Unavailable, Refused):
                async with asyncio.timeout(LAST):
                    await self._kill()

    async def _kill(self) -> None:
        """Docker has no call for it: a command whose connection is closed goes on for ever. So kill it from the host,
        where that is possible."""
        inspected = await self._inspect()
        pid = int(inspected.get("Pid") or 0)
        if not inspected["Running"] or not self._connection.local:
            return
        for process in processes.read_tree(self._container, pid):
            try:
                processes.send(self._container, process, signal.SIGKILL)
            except PermissionError:
                return

    async def _inspect(self) -> dict[str, Any]:
        inspected: dict[str, Any] = await self._connection.call("GET", f"/exec/{self._id}/json")
        return inspected


async def prepare(
    connection: Connection,
    container: str,
    command: Sequence[str],
    *,
    tty: bool = False,
    stdin: bool = False,
    user: str = "",
) -> Execution:
    """A command that is not started yet. Raises Refused: 404 no such container, 409 it does not run."""
    body = {
        "AttachStdin": stdin,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": tty,
        "Cmd": list(command),
        "User": user,
        "Env": [f"TERM={os.environ.get('TERM', 'xterm')}"] if tty else [],
    }
    made = await connection.call("POST", f"/containers/{container}/exec", body=body)
    return Execution(connection, made["Id"], container, tty=tty)


async def run(
    connection: Connection, container: str, command: Sequence[str], *, keep: int = 4096, user: str = ""
) -> Ended:
    """Run a command to its end; cancelling the call kills it. `keep` is how many bytes of its output are kept."""
    execution = await prepare(connection, container, command, user=user)
    await execution.begin()
    kept = bytearray()
    output = execution.output()
    try:
        async for _, data in output:
            kept += data[: keep - len(kept)]
    finally:
        await output.aclose()
    return Ended(code=await execution.exit_code(), output=bytes(kept))


async def read_some(reader: asyncio.StreamReader) -> bytes:
    """The next bytes, none at the end. A connection that Docker resets at the end of a command has ended as well."""
    try:
        return await reader.read(65536)
    except ConnectionError:
        return b""


def first_line(output: bytes) -> str:
    """The first line that is not empty, for a sentence."""
    text = output.decode(errors="replace")
    return next((line.strip() for line in text.splitlines() if line.strip()), "")

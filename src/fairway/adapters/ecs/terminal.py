"""A program in a terminal of its own: the session-manager plugin wants one, or tells the task that it has none."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import struct
import termios
import tty
from collections.abc import Callable, Mapping, Sequence
from typing import Any

CHUNK = 65536
COLUMNS, ROWS = 80, 24
"""Its size until somebody says another."""


class Terminal:
    """A running program and our end of its terminal. Nothing but one task may read it, and one write to it."""

    def __init__(self, process: asyncio.subprocess.Process, end: int) -> None:
        self._process = process
        self._end: int | None = end

    @classmethod
    async def start(cls, arguments: Sequence[str], environment: Mapping[str, str]) -> "Terminal":
        """Start it with the terminal as its input and both outputs. Every byte goes through unchanged, Ctrl-C as well:
        the terminal inside the task makes a signal of it. Where `setpriv` is there, the program ends with this process,
        however that ends. Raises OSError when it can't be started."""
        setpriv = shutil.which("setpriv")
        prefix = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
        ours, theirs = os.openpty()
        try:
            tty.setraw(theirs)
            set_size(ours, COLUMNS, ROWS)
            os.set_blocking(ours, False)
            process = await asyncio.create_subprocess_exec(
                *prefix,
                *arguments,
                env=environment,
                stdin=theirs,
                stdout=theirs,
                stderr=theirs,
                start_new_session=True,
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        return cls(process, ours)

    async def read(self) -> bytes:
        """What it has printed since, at most 64 KiB; none when it has ended."""
        loop = asyncio.get_running_loop()
        while self._end is not None:
            try:
                return os.read(self._end, CHUNK)
            except BlockingIOError:
                await ready(self._end, loop.add_reader, loop.remove_reader)
            except OSError:
                # EIO: nobody holds the other end any more.
                break
        return b""

    async def write(self, data: bytes) -> None:
        """Type the bytes, as fast as they are read. One that has ended takes them and drops them."""
        loop = asyncio.get_running_loop()
        while data and self._end is not None:
            try:
                data = data[os.write(self._end, data) :]
            except BlockingIOError:
                await ready(self._end, loop.add_writer, loop.remove_writer)
            except OSError:
                return

    def resize(self, columns: int, rows: int) -> None:
        """Set the size; the program looks for itself."""
        if self._end is not None:
            set_size(self._end, columns, rows)

    async def ended(self, within: float) -> bool:
        """Whether it ends by itself within so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                # What nobody reads would keep it from ending.
                while await self.read():
                    pass
                await self._process.wait()
        return self._process.returncode is not None

    async def close(self) -> None:
        """End it, with all that it has started, and give the terminal back."""
        end, self._end = self._end, None
        if end is None:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(end)
        loop.remove_writer(end)
        os.close(end)
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()


async def ready(end: int, add: Callable[..., Any], remove: Callable[[int], Any]) -> None:
    """Return when the end can be read, or written."""
    waiting = asyncio.Event()
    add(end, waiting.set)
    try:
        await waiting.wait()
    finally:
        remove(end)


def set_size(end: int, columns: int, rows: int) -> None:
    """Tell the terminal its size, in characters."""
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

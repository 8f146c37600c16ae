"""A program that prints on a terminal of its own: the session-manager plugin takes the window's size from it.

What it reads is a pipe. Of a terminal it would change the settings by `stty`, and macOS's `stty cbreak` has output and
some keys changed on their way; this terminal is raw from the beginning, and stays so.
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import struct
import termios
import tty
from collections.abc import Mapping, Sequence

CHUNK = 65536
COLUMNS, ROWS = 80, 24
"""Its size until somebody says another."""


class Terminal:
    """A running program and our end of its terminal. Nothing but one task may read it, and one type."""

    def __init__(self, process: asyncio.subprocess.Process, end: int) -> None:
        self._process = process
        self._end: int | None = end

    @classmethod
    async def start(cls, arguments: Sequence[str], environment: Mapping[str, str]) -> "Terminal":
        """Start it with the terminal as both its outputs. Every byte goes through unchanged, Ctrl-C as well: the
        terminal inside the task makes a signal of it. When this process ends, however it ends, so does the input; where
        `setpriv` is there, the program does too. Raises OSError when it can't be started."""
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
                stdin=asyncio.subprocess.PIPE,
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
        while self._end is not None:
            try:
                return os.read(self._end, CHUNK)
            except BlockingIOError:
                await self._readable(self._end)
            except OSError:
                # EIO: nobody holds the other end any more.
                break
        return b""

    async def write(self, data: bytes) -> None:
        """Type the bytes, as fast as they are read. One that has ended takes them and drops them."""
        assert self._process.stdin is not None
        if self._end is None:
            return
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._process.stdin.write(data)
            await self._process.stdin.drain()

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
        assert self._process.stdin is not None
        self._process.stdin.close()
        asyncio.get_running_loop().remove_reader(end)
        os.close(end)
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()

    async def _readable(self, end: int) -> None:
        """Return when the end can be read."""
        loop, waiting = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(end, waiting.set)
        try:
            await waiting.wait()
        finally:
            loop.remove_reader(end)


def set_size(end: int, columns: int, rows: int) -> None:
    """Tell the terminal its size, in characters."""
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

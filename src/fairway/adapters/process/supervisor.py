"""Keeps one program running beside the server: HAProxy, the registry.

The program is started in a session of its own and outlives the server, so that a killed server takes nothing down.
The next server finds it by its pid file, or failing that by its command line, and adopts it when it answers. A program
of the same name that was started with another command is somebody else's: it is left alone, and if it holds our port,
that is said.
"""

import asyncio
import contextlib
import errno
import signal
from collections.abc import Callable
from functools import partial
from shutil import which

from fairway.adapters.process import files, listener, proc, start
from fairway.adapters.process.component import Component, ComponentState
from fairway.adapters.process.listener import Listener
from fairway.domain import retry
from fairway.errors import Unavailable

START_TIMEOUT = 15.0
STEADY = 60.0


class Supervisor:
    """Starts or adopts a component, and starts it again when it ends.

    `ensure()` first, then `supervise()` in the server's task group. Cancelling that leaves the program running.
    """

    def __init__(self, component: Component) -> None:
        self.component = component
        self.state = ComponentState(name=component.name, state="stopped")
        self._restarts = 0

    async def ensure(self) -> bool:
        """Have it running and answering; whether it was running before, from an earlier server.

        One that inherited the socket of another address is ended, not adopted: it can't let go of that.

        Raises Unavailable that says why it does not run: not installed, port taken, or its own last words. One that
        runs is not ended for a port that is taken: it goes on with those that it has.
        """
        try:
            if await self._adopt():
                return True
            await self._start()
        except Unavailable:
            self.release()  # nobody is to wait for what may not come
            raise
        return False

    async def _adopt(self) -> bool:
        """Take over what runs, and answers; False when nothing is left that does."""
        pid = self.find()
        if pid is None:
            return False
        answers = await self._answers(pid)
        if answers:
            lasts = listener.take(self.component.listeners, pid)
            for each in self.component.listeners:
                if each.held is None:
                    free = partial(self._in_the_way, each, pid)
                    await self._wait_for_port(each.address, each.port, free, each.hint)
            if lasts:
                files.write_pid(self.component.pid_file, pid)
                self._set("running", f"adopted, pid {pid}", pid)
                return True
        first = self.component.stop_signal if answers else signal.SIGTERM
        await start.end(pid, first, self.component.stop_timeout)
        return False

    def find(self) -> int | None:
        """The process that runs the component's command, by its pid file or by its command line."""
        pid = files.read_pid(self.component.pid_file)
        if pid and proc.runs(pid, self.component.command):
            return pid
        return proc.find(self.component.command)

    async def supervise(self) -> None:
        """Start it again whenever it ends, at once the first time, then after 1, 2, 4… up to 30 s. Never returns."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            since = loop.time()
            if pid := self.find():
                await proc.ended(pid)
            failures = 1 if loop.time() - since > STEADY else failures + 1
            self._restarts += 1
            pause = retry.delay(failures - 1, limit=30.0)
            self._set("failed" if pause else "starting", f"{self._last_words()}; started again in {pause:.0f} s")
            await asyncio.sleep(pause)
            try:
                await self.ensure()
            except Unavailable as error:
                self._set("failed", f"{error.what}: {error.why}")

    async def stop(self) -> None:
        """End it in its own good time, or by force. One that does not run is no error."""
        self.release()
        if pid := self.find():
            await start.end(pid, self.component.stop_signal, self.component.stop_timeout)
        self.component.pid_file.unlink(missing_ok=True)
        self._set("stopped", "")

    async def _answers(self, pid: int) -> bool:
        """Wait until it answers; False when it ends instead, or does not answer in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_TIMEOUT):
                while proc.alive(pid):
                    if await self.component.ready():
                        return True
                    await asyncio.sleep(0.05)
        return False

    async def _start(self) -> None:
        component = self.component
        program = which(component.command[0], path=start.search_path())
        if not program:
            raise Unavailable(
                f"{component.name} is not installed",
                why=f'there is no program "{component.command[0]}" on PATH',
                hint=component.install_hint,
            )
        for address, port in component.listens:
            await self._wait_for_port(address, port, partial(start.bind_error, address, port), component.port_hint)
        for each in component.listeners:
            await self._wait_for_port(each.address, each.port, each.claim, each.hint)
        self._set("starting", "")
        files.rotate(component.log)
        pid = start.spawn(program, component)
        files.write_pid(component.pid_file, pid)
        if not await self._answers(pid):
            await start.end(pid, signal.SIGTERM, component.stop_timeout)
            why = self._last_words()
            self._set("failed", why)
            raise Unavailable(f"{component.name} does not start", why=why, hint=f"its log: {component.log}")
        self._set("running", f"pid {pid}", pid)

    def release(self) -> None:
        """Leave the component's sockets to it alone."""
        for each in self.component.listeners:
            each.release()

    def _in_the_way(self, wanted: Listener, pid: int) -> OSError | None:
        """Why the address can't be had beside the program or in its place; None when it can. The program itself may
        hold it: a part of the new one, or a socket that the system does not let us take. So may whoever can't be seen:
        in a container root sees nothing of a worker that has become another user."""
        error = start.bind_error(wanted.address, wanted.port)
        if error is None or error.errno != errno.EADDRINUSE:
            return error
        holder = proc.port_holder(wanted.port)
        return None if holder is None or pid in (holder[0], proc.parent(holder[0])) else error

    async def _wait_for_port(self, address: str, port: int, claim: Callable[[], OSError | None], hint: str) -> None:
        """Raise Unavailable when the port stays taken. What was just killed may hold it for an instant."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + 2.0
        while error := claim():
            if error.errno != errno.EADDRINUSE or loop.time() > give_up:
                holder = proc.port_holder(port) if error.errno == errno.EADDRINUSE else None
                raise Unavailable(
                    f"{self.component.name} can't listen on {address}:{port}",
                    why=f"the port is taken by {holder[1]} (pid {holder[0]})"
                    if holder
                    else str(error.strerror).lower(),
                    hint=hint,
                ) from error
            await asyncio.sleep(0.05)

    def _last_words(self) -> str:
        lines = files.tail(self.component.log, 3)
        return f"{self.component.name} ended" + (f", saying: {' / '.join(lines)}" if lines else "")

    def _set(self, state: str, detail: str, pid: int | None = None) -> None:
        self.state = ComponentState(
            name=self.component.name, state=state, detail=detail, pid=pid, restarts=self._restarts
        )

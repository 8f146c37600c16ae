"""The load balancer on HAProxy: `ports.balancer.Balancer`.

Each change makes a new table, writes it to disk, and then brings the running HAProxy into line with it: disk first, so
that a HAProxy that dies in between comes back with the change. The running one is told through its command line and not
reloaded, but when its configuration has another frame (after an upgrade of Fairway, with another port) or when all its
slots are taken. Then the old worker goes on with its connections for an hour at most, and can't be told anything any
more; its sessions are counted until it ends.
"""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from fairway.adapters.haproxy import config, limits, reloading
from fairway.adapters.haproxy.config import Frame
from fairway.adapters.haproxy.files import CONFIG, Files
from fairway.adapters.haproxy.runtime import SOCKET, Runtime
from fairway.adapters.haproxy.table import Table
from fairway.adapters.haproxy.telling import Telling
from fairway.adapters.process.component import Component, ComponentState
from fairway.adapters.process.listener import Listener
from fairway.adapters.process.supervisor import Supervisor
from fairway.domain.ids import TaskId
from fairway.domain.observed import Target
from fairway.errors import Unavailable
from fairway.ports.balancer import Route


class HaproxyBalancer:
    """Runs HAProxy in `directory` (its own), listening on `address`:`port`, with its output in `log`
    and its process id in `pid_file` (both in the directory when not given). `tls_port` of the address
    takes connections by TLS, with the certificates that a `HaproxyTerminator` is given; 0: none does.

    `trusted` are networks ("10.0.0.0/8") of proxies in front, whose X-Forwarded headers are passed
    on; raises UsageError for what is none.

    Use it as `async with`, and run `supervise()` in the server's task group. Leaving it leaves HAProxy serving;
    `stop()` ends it.
    """

    def __init__(
        self,
        directory: Path,
        address: str,
        port: int,
        *,
        tls_port: int = 0,
        log: Path | None = None,
        pid_file: Path | None = None,
        trusted: Sequence[str] = (),
        program: str = "haproxy",
    ) -> None:
        self.directory = directory
        self._files = Files(directory=directory)
        plain = Listener(address, port, "FAIRWAY_APPS_PORT chooses another port")
        tls = Listener(address, tls_port, "FAIRWAY_APPS_TLS_PORT chooses another port") if tls_port else None
        self.frame = Frame(
            address=address,
            port=port,
            listener=plain.variable,
            tls_port=tls_port,
            tls_listener=tls.variable if tls else "",
            maxconn=limits.most_connections(),
            user=limits.own_user(),
            trusted=limits.check_networks(trusted),
        )
        self.runtime = Runtime(directory=directory)
        self._telling = Telling(runtime=self.runtime, tls_port=tls_port)
        self._table = Table()
        self.lock = asyncio.Lock()
        self._supervisor = Supervisor(
            Component(
                name="haproxy",
                command=(program, "-W", "-S", f"unix@{SOCKET},mode,600", "-C", str(directory), "-f", CONFIG),
                pid_file=pid_file or directory / "haproxy.pid",
                log=log or directory / "haproxy.log",
                ready=partial(reloading.is_ready, self.runtime),
                listeners=(plain, tls) if tls else (plain,),
                stop_signal=signal.SIGUSR1,
            )
        )

    @property
    def state(self) -> ComponentState:
        """How HAProxy itself does."""
        return self._supervisor.state

    @property
    def table(self) -> Table:
        """The routes and targets as they are on disk."""
        return self._table

    async def __aenter__(self) -> Self:
        """Have HAProxy running with the table that lies on disk. Raises Unavailable that says why it can't."""
        self._files.prepare()
        self._table = self._files.read()
        self._files.write(self.frame, self._table)
        await self._supervisor.ensure()
        if await self.runtime.description(await self.worker()) != config.shape(self.frame, self._table):
            await reloading.reload(self.runtime, self._supervisor)
        await self.align()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """HAProxy goes on serving, and has its socket to itself."""
        self._supervisor.release()

    async def supervise(self) -> None:
        """Start HAProxy again whenever it ends. Never returns."""
        await self._supervisor.supervise()

    async def stop(self) -> None:
        """End HAProxy, giving the requests under way 5 s."""
        await self._supervisor.stop()

    async def set_route(self, route: Route) -> None:
        """See the port."""
        async with self.lock:
            await self.change(self._table.with_route(route))

    async def routes(self) -> Sequence[Route]:
        """See the port."""
        await self.runtime.worker()
        return [entry.route for entry in self._table.routes]

    async def targets(self) -> Sequence[Target]:
        """See the port. What HAProxy has lost or was told by others is mended on the way."""
        async with self.lock:
            processes = await self.runtime.processes()
            await self._telling.tell(self._table, processes.accepting())
            sessions: dict[str, int] = {}
            for worker in (processes.worker, *processes.finishing):
                for task, count in (await self._sessions(worker)).items():
                    sessions[task] = sessions.get(task, 0) + count
            return [replace(target, sessions=sessions.get(target.task, 0)) for target in self._table.targets]

    async def attach(self, target: Target) -> None:
        """See the port. Raises NotFound when the target's service has no route."""
        async with self.lock:
            await self.change(self._table.with_target(target))

    async def drain(self, task: TaskId) -> None:
        """See the port."""
        async with self.lock:
            await self.change(self._table.draining(task))

    async def detach(self, task: TaskId) -> None:
        """See the port."""
        async with self.lock:
            await self.change(self._table.without_target(task))

    async def worker(self) -> int:
        """The process id of the worker that takes connections."""
        return await self.runtime.worker()

    async def finishing(self) -> Sequence[int]:
        """The process ids of workers from before a reload that still carry connections."""
        return (await self.runtime.processes()).finishing

    async def change(self, wanted: Table) -> None:
        """Write the table, and have HAProxy do what it says. Whoever holds `lock` may."""
        grown = wanted.slots != self._table.slots
        self._files.write(self.frame, wanted)
        self._table = wanted
        if grown:
            await reloading.reload(self.runtime, self._supervisor)
        await self.align()

    async def align(self) -> None:
        """Tell the running HAProxy what it does not do yet. Whoever holds `lock` may."""
        await self._telling.tell(self._table, await self.worker())

    async def _sessions(self, worker: int | None) -> dict[str, int]:
        """Those of one worker; none when it has ended since it was listed."""
        if worker is None:
            return {}
        try:
            return await self.runtime.sessions(worker)
        except Unavailable:
            if worker == (await self.runtime.processes()).worker:
                raise
            return {}

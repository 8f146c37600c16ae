"""Health checks made from the host, against the address of the task's container.

The detail of a result is what the failure report quotes, so it names what was asked and what was seen.
"""

import asyncio
import errno
import time

from fairway.adapters.docker import asking, execution
from fairway.adapters.docker.accepting import Acceptance
from fairway.adapters.docker.asking import Answer, NoAnswer
from fairway.adapters.docker.connection import Refused
from fairway.adapters.docker.containers import Containers
from fairway.domain.health import AliveCheck, Check, CommandCheck, HttpCheck, ProbeResult, TcpCheck
from fairway.domain.ids import TaskId
from fairway.domain.observed import Task, TaskStatus
from fairway.errors import Unavailable
from fairway.ports.clock import Clock

PART = 0.8
"""How much of a check's time-out a process may take to accept: the rest is for saying that it did not."""


class HostProbe:
    """`ports.probe.Probe` for tasks whose network this host can reach. `clock` tells how long a task has been up. Every
    `looks` seconds a check by TCP asks for more than a connection: whether the task accepts it. One that has accepted
    nobody for `patience` seconds is not well."""

    def __init__(self, containers: Containers, clock: Clock, *, looks: float = 30.0, patience: float = 60.0) -> None:
        self._containers = containers
        self._clock = clock
        self._acceptance = Acceptance(containers, every=looks, patience=patience)

    async def probe(self, task: Task, check: Check) -> ProbeResult:
        """The result of one check, at the latest after its time-out."""
        if task.status is not TaskStatus.RUNNING:
            return ProbeResult(ok=False, detail="the task does not run")
        if isinstance(check, AliveCheck):
            return self._alive(task, check)
        begun = time.monotonic()
        patience = check.timing.timeout
        try:
            async with asyncio.timeout(patience):
                result = await self._ask(task, check)
        except TimeoutError:
            result = ProbeResult(ok=False, detail=f"{subject(task, check)} within {patience:g} s")
        except OSError as error:
            result = ProbeResult(ok=False, detail=explain(error, task))
        return ProbeResult(ok=result.ok, detail=result.detail, status=result.status, seconds=time.monotonic() - begun)

    async def _ask(self, task: Task, check: HttpCheck | TcpCheck | CommandCheck) -> ProbeResult:
        if isinstance(check, CommandCheck):
            return await self._command(task, check)
        if task.address is None or task.port is None:
            return ProbeResult(ok=False, detail=f"the task has no {'port' if task.port is None else 'address yet'}")
        if isinstance(check, HttpCheck):
            return await self._http(task.address, task.port, check)
        return await self._tcp(task.id, task.address, task.port, check)

    async def _tcp(self, task: TaskId, address: str, port: int, check: TcpCheck) -> ProbeResult:
        async with asking.knock(address, port) as peer:
            within = check.timing.timeout * PART
            if self._acceptance.is_due(task) and await self._acceptance.hangs(task, port, peer, within=within):
                return ProbeResult(ok=False, detail=f"port {port} is open, and the process accepts no connection")
        return ProbeResult(ok=True, detail=f"port {port} takes connections")

    async def _http(self, address: str, port: int, check: HttpCheck) -> ProbeResult:
        try:
            answer = await asking.get(address, port, check.path)
        except NoAnswer as error:
            return ProbeResult(ok=False, detail=f"{address}:{port} {error}")
        ok = 200 <= answer.status < check.accept_below
        return ProbeResult(ok=ok, status=answer.status, detail=f"GET {check.path} answered {describe(answer)}")

    async def _command(self, task: Task, check: CommandCheck) -> ProbeResult:
        words = " ".join(check.command)
        container = await self._containers.find(task.id)
        if container is None:
            return ProbeResult(ok=False, detail="the task does not run")
        try:
            ended = await execution.run(self._containers.connection, container, check.command)
        except Refused as refusal:
            return ProbeResult(ok=False, detail=f'"{words}" could not be run: {refusal.message}')
        except Unavailable as error:
            return ProbeResult(ok=False, detail=f'"{words}" could not be run: {error.what}')
        said = execution.first_line(ended.output)
        return ProbeResult(
            ok=ended.code == 0, detail=f'"{words}" ended with {ended.code}' + (f": {said}" if said else "")
        )

    def _alive(self, task: Task, check: AliveCheck) -> ProbeResult:
        up = max(0.0, self._clock.now() - (task.started_at or self._clock.now()))
        if up >= check.settle:
            return ProbeResult(ok=True, detail=f"up for {up:.0f} s")
        return ProbeResult(ok=False, detail=f"up for {up:.1f} s of the {check.settle:g} s that it has to stay")


def describe(answer: Answer) -> str:
    """`301 to /login`, `500: database is down`, `200`."""
    if 300 <= answer.status < 400 and answer.location:
        return f"{answer.status} to {answer.location}"
    return f"{answer.status}: {answer.line}" if answer.line else str(answer.status)


def subject(task: Task, check: HttpCheck | TcpCheck | CommandCheck) -> str:
    """What did not come in time."""
    match check:
        case HttpCheck():
            return f"no answer to GET {check.path}"
        case TcpCheck():
            return f"no connection to {task.address}:{task.port}"
        case CommandCheck():
            return f'"{" ".join(check.command)}" did not end'


def explain(error: OSError, task: Task) -> str:
    """Why no connection came about."""
    where = f"{task.address}:{task.port}"
    if isinstance(error, ConnectionRefusedError):
        return f"connection refused on {where}"
    if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
        return f"this host can't reach {where}"
    return f"no connection to {where}: {error.strerror or error}"

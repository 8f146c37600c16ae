"""Probing and looking into the tasks of the engine in memory."""

from collections.abc import Sequence

from fairway.adapters.memory.engine import Container, MemoryEngine
from fairway.adapters.memory.faults import Faults
from fairway.domain.facts import Socket, Usage
from fairway.domain.health import AliveCheck, Check, CommandCheck, HttpCheck, ProbeResult, TcpCheck
from fairway.domain.ids import TaskId
from fairway.domain.observed import Task, TaskStatus
from fairway.ports.clock import Clock

ANYWHERE = "0.0.0.0"  # noqa: S104 - what a program in memory is said to listen on; nothing is bound


class MemoryProbe:
    """`ports.probe.Probe`: asks the task's program. A task is found by its address, as a real probe would."""

    def __init__(self, engine: MemoryEngine, clock: Clock) -> None:
        self.faults = Faults()
        self._engine = engine
        self._clock = clock

    async def probe(self, task: Task, check: Check) -> ProbeResult:
        """What the program would answer; while it lies: that all is well."""
        if await self.faults.meet("probe"):
            return ProbeResult(ok=True, detail="well")
        container = self._engine.containers.get(task.id)
        if container is None or container.task.status is not TaskStatus.RUNNING:
            return ProbeResult(ok=False, detail="connection refused")
        match check:
            case AliveCheck(settle=settle):
                return self._alive(container, settle)
            case HttpCheck() | TcpCheck():
                return self._port(container, task.port)
            case CommandCheck():
                return self._ready(container)

    def _lived(self, container: Container) -> float:
        return self._clock.now() - (container.task.started_at or 0.0)

    def _alive(self, container: Container, settle: float) -> ProbeResult:
        lived = self._lived(container)
        return ProbeResult(ok=lived >= settle, detail=f"up for {lived:.1f} s")

    def _port(self, container: Container, port: int | None) -> ProbeResult:
        if any(socket.reachable and socket.port == port for socket in sockets(container)):
            return self._ready(container)
        return ProbeResult(ok=False, detail=f"connection to port {port} refused")

    def _ready(self, container: Container) -> ProbeResult:
        program, lived = container.program, self._lived(container)
        if program.ready is None or lived < program.ready - 1e-6:
            return ProbeResult(ok=False, detail="connection refused")
        if program.sick is not None and lived >= program.sick:
            return ProbeResult(ok=False, detail="GET /healthz answered 500", status=500)
        return ProbeResult(ok=True, detail="well", status=200)


class MemoryInspector:
    """`ports.probe.Inspector`: the sockets of the task's program, and a usage that a test sets."""

    def __init__(self, engine: MemoryEngine) -> None:
        self.faults = Faults()
        self.usages: dict[TaskId, Usage] = {}
        self._engine = engine

    async def listening(self, task: TaskId) -> Sequence[Socket] | None:
        """Its sockets while it runs; while it lies: none can be seen."""
        container = self._engine.containers.get(task)
        if await self.faults.meet("listening") or container is None:
            return None
        return sockets(container) if container.task.status is TaskStatus.RUNNING else None

    async def usage(self, task: TaskId) -> Usage | None:
        """What was set for it."""
        return None if await self.faults.meet("usage") else self.usages.get(task)


def sockets(container: Container) -> tuple[Socket, ...]:
    """What the container's program listens on."""
    if container.program.sockets is not None:
        return container.program.sockets
    port = container.spec.port
    return () if port is None else (Socket(address=ANYWHERE, port=port),)

"""What was seen of a task that failed, gathered before its container goes: the input of the diagnosis."""

from dataclasses import dataclass

from fairway.domain.desired import TaskSpec
from fairway.domain.health import ProbeResult
from fairway.domain.ids import TaskId
from fairway.domain.observed import Exit


@dataclass(frozen=True, slots=True, kw_only=True)
class Socket:
    """A TCP socket that a process in the task listens on: `address` is "127.0.0.1", "0.0.0.0", "::" or "::1"."""

    address: str
    port: int

    @property
    def reachable(self) -> bool:
        """Whether something outside the container can connect to it."""
        return not (self.address.startswith("127.") or self.address == "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a task uses: CPU as nanoseconds since its start, memory as bytes now and at its peak, and its limit."""

    cpu_ns: int
    memory: int
    peak: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that was seen of one failed task. None or empty means: not seen, never: not so.

    `exit` is None while it runs; `lived` is how many seconds it ran; `sockets` None when they could not be looked at;
    `log` are the last lines that it printed.
    """

    task: TaskId
    spec: TaskSpec
    exit: Exit | None
    lived: float
    probe: ProbeResult | None
    sockets: tuple[Socket, ...] | None
    usage: Usage | None
    log: tuple[str, ...]
    restarts: int = 0

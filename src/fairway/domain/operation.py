"""The operations of a plan: everything that changes containers or traffic, and the waits between them.

Each carries its cause. Their text is the plan's, the event log's and the tests': one wording for all three.
"""

from dataclasses import dataclass

from fairway.domain.desired import TaskSpec
from fairway.domain.ids import TaskId
from fairway.domain.service_operation import ApplyService, RemoveService, ServiceWait


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRoute:
    """Make the load balancer send these hosts to the service (none: take the route away; `closed`: to a page that says
    so; `redirect`: plain requests to HTTPS)."""

    service: str
    hosts: tuple[str, ...]
    cause: str
    closed: bool = False
    redirect: bool = True

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return f"route:{self.service}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTask:
    """Create and start a task of the specification: a new one, or with `task` one whose start was interrupted."""

    spec: TaskSpec
    cause: str
    task: TaskId | None = None

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return f"{self.spec.service}:release {self.spec.release}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitHealthy:
    """Nothing to do before the task's health is known. Changes nothing; says what is waited for."""

    task: TaskId
    service: str
    cause: str

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return f"{self.service}:{self.task}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachTarget:
    """Give the task traffic (again, if it was draining)."""

    task: TaskId
    service: str
    cause: str

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return f"{self.service}:{self.task}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainTarget:
    """Send the task no new request; those under way go on."""

    task: TaskId
    service: str
    cause: str

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return f"{self.service}:{self.task}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitDrained:
    """The task still has sessions; it is stopped when they end, or at `until` (seconds of the clock)."""

    task: TaskId
    service: str
    until: float
    cause: str

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return f"{self.service}:{self.task}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DetachTarget:
    """Take the task off the load balancer."""

    task: TaskId
    service: str
    cause: str

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return f"{self.service}:{self.task}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTask:
    """The stop signal, then `timeout` seconds, then SIGKILL."""

    task: TaskId
    service: str
    signal: str | None
    timeout: float
    cause: str

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return f"{self.service}:{self.task}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStopped:
    """The task has its stop signal; it ends by itself, or is killed when its time is over. Changes nothing."""

    task: TaskId
    service: str
    cause: str

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return f"{self.service}:{self.task}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTask:
    """Delete a stopped task's container."""

    task: TaskId
    service: str
    cause: str

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return f"{self.service}:{self.task}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitBackoff:
    """A task is missing and its predecessors failed: the next start is at `until` (seconds of the clock)."""

    service: str
    until: float
    cause: str

    @property
    def subject(self) -> str:
        """What the operation is about, as plans print it."""
        return self.service


Operation = (
    SetRoute
    | StartTask
    | WaitHealthy
    | AttachTarget
    | DrainTarget
    | WaitDrained
    | DetachTarget
    | StopTask
    | WaitStopped
    | RemoveTask
    | WaitBackoff
    | ApplyService
    | RemoveService
    | ServiceWait
)

Wait = WaitHealthy | WaitDrained | WaitStopped | WaitBackoff | ServiceWait


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do now, in order; empty once the observed state is the desired one.

    `look_again` is the earliest time at which the passing of time alone changes the plan, None if never.
    """

    operations: tuple[Operation, ...] = ()
    look_again: float | None = None

    def __str__(self) -> str:
        """`[1] web:3fa…, DrainTarget, replaced by release 18`, a line for each operation."""
        return "\n".join(
            f"[{number}] {operation.subject}, {type(operation).__name__}, {operation.cause}"
            for number, operation in enumerate(self.operations, start=1)
        )

"""A container as Docker describes it → a task. Pure: what comes in are the answers of `list` and `inspect`.

created, never tried                PENDING
created, and Docker could not       STOPPED with Docker's error; it never had a start time
running, paused, restarting         RUNNING
exited, dead, removing              STOPPED
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairway.adapters.docker import names
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName, TaskId
from fairway.domain.observed import Exit, Task, TaskStatus

LIVE = frozenset({"running", "paused", "restarting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What only `inspect` knows of a container. Times are seconds since the epoch, None when it has not happened."""

    status: str
    created_at: float
    started_at: float | None
    stopped_at: float | None
    code: int
    oom_killed: bool
    error: str
    pid: int

    @property
    def tried(self) -> bool:
        """Whether a start was tried at all: a container that Docker could not start stays "created"."""
        return self.status != "created" or bool(self.error) or self.code != 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A task that runs, its container, and the container's first process."""

    task: Task
    container: str
    pid: int


def read_state(inspected: Mapping[str, Any]) -> State:
    """The answer of `GET /containers/{id}/json`."""
    state = inspected["State"]
    return State(
        status=state["Status"],
        created_at=read_time(inspected["Created"]) or 0.0,
        started_at=read_time(state["StartedAt"]),
        stopped_at=read_time(state["FinishedAt"]),
        code=int(state["ExitCode"]),
        oom_killed=bool(state["OOMKilled"]),
        error=state.get("Error") or "",
        pid=int(state["Pid"]),
    )


def read_task(listed: Mapping[str, Any], state: State) -> Task | None:
    """One entry of `GET /containers/json` with its state; None for one whose labels are no task's."""
    labels = listed["Labels"]
    try:
        port = labels[names.PORT]
        live = state.status in LIVE
        ended = not live and state.tried
        return Task(
            id=TaskId(labels[names.TASK]),
            app=AppName(labels[names.APP]),
            environment=EnvironmentName(labels[names.ENVIRONMENT]),
            service=ServiceName(labels[names.SERVICE]),
            release=ReleaseNumber(int(labels[names.RELEASE])),
            deployment=DeploymentId(int(labels[names.DEPLOYMENT])),
            status=TaskStatus.RUNNING if live else TaskStatus.STOPPED if ended else TaskStatus.PENDING,
            created_at=state.created_at,
            address=read_address(listed) if live else None,
            port=int(port) if port else None,
            started_at=state.started_at,
            stopped_at=(state.stopped_at or state.created_at) if ended else None,
            exit=Exit(code=state.code, oom_killed=state.oom_killed, error=state.error) if ended else None,
        )
    except (KeyError, ValueError):
        return None


def read_address(listed: Mapping[str, Any]) -> str | None:
    """The IPv4 address on its network, of which a task has one."""
    networks = (listed.get("NetworkSettings") or {}).get("Networks") or {}
    return next((network["IPAddress"] for network in networks.values() if network.get("IPAddress")), None)


def read_time(text: str) -> float | None:
    """RFC 3339 with nanoseconds → seconds since the epoch. Docker writes "never" as the year 1."""
    if not text or text.startswith("0001-"):
        return None
    return datetime.fromisoformat(text).timestamp()

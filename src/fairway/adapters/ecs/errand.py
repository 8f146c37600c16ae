"""A job as ECS has it: its definition and the tags by which it is known again, its task's status and its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairway.adapters.ecs import definition, naming, reading, sizes
from fairway.adapters.ecs.events import Stream
from fairway.adapters.ecs.naming import Tags
from fairway.adapters.ecs.places import Place
from fairway.domain.ids import JobId
from fairway.domain.observed import Exit, TaskStatus
from fairway.errors import FairwayError, WorkFailed
from fairway.ports.builder import LogSink
from fairway.ports.jobs import JobEnd, JobSpec

CONTAINER = "job"
STOP = 10
"""Seconds from a job's stop signal until it is killed: a definition has it, a stop can't say another."""
OVER = "Fairway: its time was over"
"""The reason by which a job that ran too long is known again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A job that has a definition; `at` is when that was made, in seconds since the epoch."""

    job: JobId
    definition: str
    family: str
    app: str
    environment: str
    at: float


def make(job: JobId, arn: str, family: str, tags: Tags) -> Errand:
    """A job as its definition's tags tell it."""
    return Errand(
        job=job,
        definition=arn,
        family=family,
        app=tags[naming.APP],
        environment=tags[naming.ENVIRONMENT],
        at=float(tags[naming.AT]),
    )


def secret_of(errand: Errand) -> str:
    """The name of the secret with a job's variables."""
    return naming.secret(errand.app, errand.environment, f"{CONTAINER}-{errand.job}")


def describe(
    spec: JobSpec, place: Place, *, family: str, region: str, sealed: definition.Sealed | None
) -> dict[str, Any]:
    """The content of a job's task definition. The image's entry point is not run."""
    prefix = naming.log_prefix(spec.app, spec.environment)
    container = definition.base(CONTAINER, spec.image.reference, place, region=region, prefix=prefix)
    container |= {
        "entryPoint": list(spec.command[:1]),
        "command": list(spec.command[1:]),
        "secrets": definition.secrets(sealed, {}),
        "stopTimeout": STOP,
    }
    size = sizes.fit(spec.name, spec.cpu, spec.memory, place.capacity)
    return definition.task(container, place, family=family, size=size)


def require_bare(spec: JobSpec) -> None:
    """Raise WorkFailed for a job that needs something of a host."""
    needs = {
        "directories of the host": spec.mounts,
        "volumes": spec.volumes,
        "files": spec.files,
        "a network of its own": spec.network,
    }
    found = [name for name, what in needs.items() if what]
    if found:
        raise WorkFailed(
            f"{spec.name} can't run on ECS: it has {', '.join(found)}",
            why="a task there has a disk of its own, and the network of its subnet",
        )


def refused(spec: JobSpec, why: str) -> FairwayError:
    """It can't be started."""
    return WorkFailed(f"ECS can't start {spec.name}", why=why)


def status_of(task: Mapping[str, Any]) -> TaskStatus:
    """A described task's status."""
    return reading.STATUSES.get(task.get("lastStatus", ""), TaskStatus.PENDING)


def has_ended(task: Mapping[str, Any]) -> bool:
    """Whether its process has."""
    return status_of(task) is TaskStatus.STOPPED


def exit_of(task: Mapping[str, Any]) -> Exit:
    """How it ended. Nobody starts another one where its machine was taken back: it was killed then."""
    killed = Exit(code=reading.KILLED, stopped_for=task.get("stoppedReason", "ECS took its machine back"))
    return reading.read_exit(task, CONTAINER) or killed


def read_end(task: Mapping[str, Any]) -> JobEnd:
    """An ended task's code, how long it ran, and whether that was too long."""
    exit = exit_of(task)
    started, ended = reading.seconds(task.get("startedAt")), reading.ended_at(task)
    seconds = max(0.0, ended - started) if started is not None and ended is not None else 0.0
    return JobEnd(
        code=exit.code, seconds=seconds, oom_killed=exit.oom_killed, timed_out=task.get("stoppedReason") == OVER
    )


async def tell(stream: Stream, log: LogSink) -> None:
    """Give the lines that have come since to the log."""
    async for events in stream.forward():
        for event in events:
            log(event.text)

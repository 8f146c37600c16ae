"""What is measured, as the API shows it: milliseconds, per cent of one core, bytes."""

from pydantic import BaseModel

from fairway.domain import figures, metrics


class Figures(BaseModel):
    """What was measured in so many seconds. `requests` and what follows from it are null for what gets none (a
    worker); percentiles and `error_percent` without answers; CPU (per cent of one core, `cpu_limit` in cores) and
    memory where they could not be read."""

    seconds: float
    tasks: float
    requests: int | None
    errors: int | None
    refused: int | None
    requests_per_second: float | None
    error_percent: float | None
    queue: int | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    cpu_percent: float | None
    cpu_limit: float | None
    memory: int | None
    memory_limit: int | None

    @classmethod
    def of(cls, seen: figures.Figures, *, routed: bool) -> "Figures":
        """The shape of figures; `routed`: the load balancer knows it."""
        return cls(
            seconds=seen.seconds,
            tasks=round(seen.tasks, 2),
            requests=seen.requests if routed else None,
            errors=seen.errors if routed else None,
            refused=seen.refused if routed else None,
            requests_per_second=round(seen.requests / seen.seconds, 2) if routed and seen.seconds else None,
            error_percent=round(100 * seen.errors / seen.requests, 3) if routed and seen.requests else None,
            queue=seen.queue if routed else None,
            p50_ms=milliseconds(seen.p50),
            p95_ms=milliseconds(seen.p95),
            p99_ms=milliseconds(seen.p99),
            cpu_percent=None if seen.cpu is None else round(100 * seen.cpu, 1),
            cpu_limit=seen.cpu_limit,
            memory=seen.memory,
            memory_limit=seen.memory_limit,
        )


class TaskFigures(BaseModel):
    """One task; `figures` null when nothing of it was measured yet."""

    id: str
    figures: Figures | None


class ServiceFigures(BaseModel):
    """One service and its tasks, by age."""

    environment: str
    service: str
    figures: Figures | None
    tasks: list[TaskFigures]


class Top(BaseModel):
    """By environment and service; `over` is how many seconds they are of."""

    at: float
    over: float
    services: list[ServiceFigures]


class Sample(Figures):
    """Figures of the period that ended `at`. CPU and memory are its largest."""

    at: float

    @classmethod
    def taken(cls, sample: metrics.Sample, *, routed: bool) -> "Sample":
        """The shape of a sample."""
        seen = figures.summarize([sample])
        assert seen is not None
        return cls(at=sample.at, **Figures.of(seen, routed=routed).model_dump())


class Samples(BaseModel):
    """Oldest first; a period of which nothing was measured is missing. `step` is a period's length in seconds."""

    step: int
    samples: list[Sample]


def milliseconds(seconds: float | None) -> float | None:
    """To the microsecond."""
    return None if seconds is None else round(1000 * seconds, 3)

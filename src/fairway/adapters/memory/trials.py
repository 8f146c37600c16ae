"""Trials in memory. How a release does is described by a `Bearing`, chosen by what it is started from."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fairway.adapters.memory.faults import Faults
from fairway.domain.health import ProbeResult
from fairway.domain.migrations import Smoke
from fairway.errors import WorkFailed
from fairway.ports.trials import Trial, TrialSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """`well` is what its health check sees, `answers` the status of single paths (200 for the others). `code`: it has
    ended with that. `refused` is why it can't be started."""

    well: ProbeResult = ProbeResult(ok=True, detail="GET /healthz answered 200", status=200)
    answers: Mapping[str, int] = field(default_factory=dict)
    code: int | None = None
    lines: tuple[str, ...] = ()
    refused: str | None = None


Bears = Callable[[TrialSpec, Mapping[str, str]], Bearing]


class MemoryTrials:
    """`ports.trials.Trials`. `there` are those that run, `started` all that ever were with their variables."""

    def __init__(self, bears: Bears = lambda spec, variables: Bearing()) -> None:
        self.faults = Faults()
        self.bears = bears
        self.there: dict[str, TrialSpec] = {}
        self.started: list[tuple[TrialSpec, Mapping[str, str]]] = []

    @contextlib.asynccontextmanager
    async def start(self, key: str, spec: TrialSpec, variables: Mapping[str, str]) -> AsyncIterator[Trial]:
        """Raises WorkFailed for one that is refused."""
        await self.faults.meet("start")
        bearing = self.bears(spec, variables)
        if bearing.refused is not None:
            raise WorkFailed(f"{spec.service} can't be started on the copy", why=bearing.refused)
        self.there[key] = spec
        self.started.append((spec, dict(variables)))
        try:
            yield MemoryTrial(bearing)
        finally:
            self.there.pop(key, None)

    async def sweep(self) -> None:
        """Nothing is left by anybody."""
        await self.faults.meet("sweep")


class MemoryTrial:
    """`ports.trials.Trial`."""

    def __init__(self, bearing: Bearing) -> None:
        self._bearing = bearing

    async def probe(self) -> ProbeResult:
        """As its bearing has it; of one that has ended, that nobody is there."""
        if self._bearing.code is not None:
            return ProbeResult(ok=False, detail="connection refused")
        return self._bearing.well

    async def ask(self, smoke: Smoke) -> ProbeResult:
        """The status of the path."""
        status = self._bearing.answers.get(smoke.path, 200)
        ok = status < 400 if smoke.expect is None else status == smoke.expect
        return ProbeResult(ok=ok, status=status, detail=f"{smoke.method} {smoke.path} answered {status}")

    async def ended(self) -> int | None:
        """Its exit code."""
        return self._bearing.code

    async def printed(self, most: int) -> Sequence[str]:
        """Its last lines."""
        return self._bearing.lines[-most:]

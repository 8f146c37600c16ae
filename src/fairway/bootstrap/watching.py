"""What is measured and what is kept of the running tasks: samples, and the lines that they print."""

from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fairway.adapters.docker.meter import DockerMeter
from fairway.adapters.docker.printing import DockerPrinting
from fairway.adapters.files.logstore import FileLogStore
from fairway.adapters.files.parts import MB, Limits
from fairway.adapters.haproxy.meter import HaproxyMeter
from fairway.adapters.samples.files import SampleFiles
from fairway.adapters.samples.hour import Hour
from fairway.bootstrap.ground import Ground
from fairway.domain.retention import DAY
from fairway.logkeeping.collector import Collector
from fairway.logkeeping.reading import Reading
from fairway.measure.archive import Archivist
from fairway.measure.meter import Meter
from fairway.ports.logs import Printing
from fairway.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """`samples` are the last hour's, `history` those of the last 30 days. `here`: the tasks are on this host, so that
    what they use is measured, and what they print is kept, for their engine keeps it no longer than their containers.
    """

    samples: Hour
    history: SampleFiles
    meter: Meter
    archivist: Archivist
    collector: Collector
    tasklogs: Reading
    here: bool

    def duties(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What has to run, by its name."""
        if not self.here:
            return {}
        return {"samples": self.meter.run(), "history": self.archivist.run(), "logs": self.collector.run()}


@asynccontextmanager
async def watch(ground: Ground) -> AsyncIterator[Watching]:
    """Its sources are let go at the end."""
    samples, history = Hour(), SampleFiles(ground.settings.home / "samples")
    traffic = HaproxyMeter(ground.balancer)
    rolling = ground.rolling
    printing: Printing = rolling.printing if rolling else DockerPrinting(ground.engine.containers)
    kept = FileLogStore(ground.settings.task_logs, limits(ground.settings))
    try:
        yield Watching(
            samples=samples,
            history=history,
            meter=Meter(traffic, DockerMeter(ground.engine), samples, ground.clock),
            archivist=Archivist(samples, history, ground.clock),
            collector=Collector(
                printing=printing,
                store=kept,
                observations=ground.board,
                apps=ground.store.apps,
                notices=ground.notices,
                clock=ground.clock,
                masks=ground.masks,
            ),
            tasklogs=Reading(printing=printing, store=kept),
            here=rolling is None,
        )
    finally:
        traffic.close()


def limits(settings: Settings) -> Limits:
    """How much is kept of what tasks print. A part is a tenth of what a task may keep, so that the oldest tenth goes at
    a time."""
    task = settings.log_task_mb * MB
    return Limits(
        part=min(MB, task // 10), task=task, service=settings.log_service_mb * MB, age=settings.log_days * DAY
    )

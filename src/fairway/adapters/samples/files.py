"""Thinned samples in files: `ports.metrics.History`.

A folder for each grade, in it a file for each hour (of minutes) or each day (of ten minutes), named after its first
second. A file whose time is over is deleted whole. A grade that has grown beyond its bound loses its oldest files
before their time, so that a thousand tasks a day can't fill the disk.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from fairway.adapters.samples import segment
from fairway.adapters.samples.segment import Segment
from fairway.domain.metrics import DAY, GRADES, HOUR, Sample, Series
from fairway.errors import Unavailable

MOST = 64 * 1024 * 1024
"""Bytes of one grade. 200 busy tasks of 20 services make 33 MB of minutes in two days, and 50 MB of ten minutes in
thirty."""
SPANS = {60: HOUR, 600: DAY}
"""Seconds of one file, by the grade's step."""
KEPT = {grade.step: grade.kept for grade in GRADES}


class SampleFiles:
    """In `folder`, which belongs to one server alone. `most` bounds each grade, in bytes."""

    def __init__(self, folder: Path, *, most: int = MOST) -> None:
        self._folder = folder
        self._most = most
        self._open: dict[int, Segment] = {}
        self._lock = asyncio.Lock()

    async def append(self, step: int, samples: Mapping[Series, Sequence[Sample]]) -> None:
        """See the port."""
        async with self._lock:
            await asyncio.to_thread(self._append, step, samples)

    async def read(self, step: int, *, since: float, series: Series | None = None) -> Mapping[Series, Sequence[Sample]]:
        """See the port."""
        return await asyncio.to_thread(self._read, step, since, series)

    def _append(self, step: int, samples: Mapping[Series, Sequence[Sample]]) -> None:
        newest = max((sample.at for those in samples.values() for sample in those), default=None)
        if newest is None:
            return
        path = self._path(step, newest)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            opened = self._open.get(step)
            if opened is None or opened.path != path or not path.exists():
                opened = self._open[step] = Segment(path)
            opened.append(samples)
            self._clear(step, newest)
        except OSError as error:
            self._open.pop(step, None)
            raise Unavailable("the samples can't be kept", why=f"{path}: {error.strerror}") from error

    def _read(self, step: int, since: float, series: Series | None) -> Mapping[Series, Sequence[Sample]]:
        found: dict[Series, list[Sample]] = {}
        try:
            for begin, path in self._files(step):
                if begin + SPANS[step] < since:
                    continue
                for name, sample in segment.read(path, series):
                    if sample.at > since:
                        found.setdefault(name, []).append(sample)
        except FileNotFoundError:
            # Its time was over while we were reading.
            return self._read(step, since, series)
        except OSError as error:
            raise Unavailable("the samples can't be read", why=f"{self._folder}: {error.strerror}") from error
        return {name: sorted(those, key=lambda sample: sample.at) for name, those in found.items()}

    def _clear(self, step: int, now: float) -> None:
        """Delete the files whose time is over, and the oldest while there is too much; never the newest."""
        *older, newest = self._files(step)
        size = newest[1].stat().st_size + sum(path.stat().st_size for _, path in older)
        for begin, path in older:
            if begin + SPANS[step] > now - KEPT[step] and size <= self._most:
                return
            size -= path.stat().st_size
            path.unlink()

    def _files(self, step: int) -> list[tuple[int, Path]]:
        """The files of a grade with their first seconds, oldest first."""
        names = (self._folder / str(step)).glob("[0-9]*")
        return sorted((int(path.name), path) for path in names if path.name.isdigit())

    def _path(self, step: int, at: float) -> Path:
        """The file of samples that end then; one that ends with the hour belongs to it."""
        return self._folder / str(step) / str(int((at - step) // SPANS[step] * SPANS[step]))

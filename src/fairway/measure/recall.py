"""Samples of any time of the last 30 days in steps of any length, wherever they lie."""

import math
from collections.abc import Sequence
from dataclasses import replace

from fairway.domain import metrics
from fairway.domain.metrics import GRADES, Grade, Sample, Series
from fairway.ports.metrics import History, Samples

POINTS = 120
"""Samples that are enough for a picture."""
STEPS = (1, 10, 60, 600, 3600, 21600)


async def recall(
    samples: Samples, history: History, series: Series, *, since: float, now: float, step: int | None = None
) -> Sequence[Sample]:
    """What is known of the series between `since` and `now`, oldest first, one sample for each step that `choose_step`
    gives. Raises Unavailable."""
    found: list[Sample] = []
    # From the coarsest that is needed: what it does not have yet, the last minutes, is in the finer ones.
    for grade in reversed(GRADES[: GRADES.index(reaching(now - since)) + 1]):
        after = found[-1].at if found else since
        found += await read(samples, history, grade, series, since=after)
    step = choose_step(now - since, step)
    thinned = metrics.thin_all((each for each in found if each.at <= math.ceil(now)), step=step)
    if thinned and thinned[-1].at > now:
        # The step that is not over ends, so far, with its last sample.
        thinned[-1] = replace(thinned[-1], at=found[-1].at)
    return thinned


def choose_step(seconds: float, wanted: int | None) -> int:
    """The step for so long a time: what is wanted, but no finer than what is kept; None: at most 120 samples."""
    if wanted is None:
        wanted = next((each for each in STEPS if seconds / each <= POINTS), STEPS[-1])
    return max(wanted, reaching(seconds).step)


def reaching(seconds: float) -> Grade:
    """The finest grade that reaches so far back, else the last."""
    return next((grade for grade in GRADES if seconds <= grade.kept), GRADES[-1])


async def read(samples: Samples, history: History, grade: Grade, series: Series, *, since: float) -> Sequence[Sample]:
    """Of one grade."""
    if grade is GRADES[0]:
        return samples.recent(series, since=since)
    return (await history.read(grade.step, since=since, series=series)).get(series, ())

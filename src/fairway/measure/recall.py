"""Samples of any time of the last 30 days in steps of any length, wherever they lie."""

import math
from collections.abc import Sequence

from fairway.domain import metrics
from fairway.domain.metrics import GRADES, Grade, Sample, Series
from fairway.ports.metrics import History, Samples

POINTS = 120
"""Samples that are enough for a picture."""
STEPS = (1, 10, 60, 600, 3600, 21600)


async def recall(
    samples: Samples, history: History, series: Series, *, since: float, now: float, step: int | None = None
) -> Sequence[Sample]:
    """What is known of the series between `since` and `now`, oldest first, one sample for each `step` seconds (at least
    that of the grade that reaches so far back; None: so that there are at most 120). Raises Unavailable."""
    reaching = [grade for grade in GRADES if now - since <= grade.kept] or GRADES[-1:]
    if step is None:
        step = next((each for each in STEPS if (now - since) / each <= POINTS), STEPS[-1])
    step = max(step, reaching[0].step)
    found: list[Sample] = []
    # From the coarsest that is needed: what it does not have yet, the last minutes, is in the finer ones.
    for grade in reversed(GRADES[: GRADES.index(reaching[0]) + 1]):
        after = found[-1].at if found else since
        found += await read(samples, history, grade, series, since=after)
    return metrics.thin_all((each for each in found if each.at <= math.ceil(now)), step=step)


async def read(samples: Samples, history: History, grade: Grade, series: Series, *, since: float) -> Sequence[Sample]:
    """Of one grade."""
    if grade is GRADES[0]:
        return samples.recent(series, since=since)
    return (await history.read(grade.step, since=since, series=series)).get(series, ())

"""How long a stage usually takes: the median over earlier executions that succeeded. Pure.

What counts is the time in which the stage worked: not the one in which it waited for an approval, and not a stage that
was tried again. Rollbacks don't count: they deploy what is there already.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import median

from fairway.domain.execution import Execution, ExecutionStatus, Kind, Stage
from fairway.domain.pipeline import Approval

RECENT = 15
"""Earlier executions that are looked at; older ones built another app."""
LEAST = 3
"""With fewer of them nothing is usual yet."""


def medians(earlier: Iterable[Execution]) -> Mapping[str, float]:
    """Seconds by the stages' names, for those that have been through often enough."""
    taken: dict[str, list[float]] = defaultdict(list)
    for execution in earlier:
        if execution.status is ExecutionStatus.SUCCEEDED and execution.kind is Kind.STANDARD:
            for stage in execution.stages:
                if (seconds := worked(stage)) is not None:
                    taken[stage.name].append(seconds)
    return {name: median(each) for name, each in taken.items() if len(each) >= LEAST}


def worked(stage: Stage) -> float | None:
    """How many seconds the stage worked, None when that can't be told or does not compare."""
    if stage.started_at is None or stage.ended_at is None or any(each.attempt > 1 for each in stage.actions):
        return None
    answered = [each.ended_at for each in stage.actions if isinstance(each.action, Approval)]
    begun = max((at for at in answered if at is not None), default=stage.started_at)
    return stage.ended_at - begun

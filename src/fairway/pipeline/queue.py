"""Which execution of an app may run: pure, CodePipeline's mode "superseded" with the whole pipeline as the one stage.

One execution runs, one waits; a newer one that arrives supersedes the waiting one, and never the running one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fairway.domain.execution import Execution, ExecutionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What to do: `enter` begins now (None: nobody may), `superseded` end without having begun."""

    enter: Execution | None
    superseded: tuple[Execution, ...]


def admit(unfinished: Iterable[Execution]) -> Admission:
    """The admission among the unfinished executions of one app.

    Concrete example: 41 runs, 42 waits, 43 arrives: 42 is superseded, nobody enters. 41 ends: 43 enters.
    """
    ordered = sorted(unfinished, key=lambda execution: execution.number)
    waiting = [execution for execution in ordered if execution.status is ExecutionStatus.QUEUED]
    busy = any(execution.status in (ExecutionStatus.IN_PROGRESS, ExecutionStatus.STOPPING) for execution in ordered)
    return Admission(enter=waiting[-1] if waiting and not busy else None, superseded=tuple(waiting[:-1]))

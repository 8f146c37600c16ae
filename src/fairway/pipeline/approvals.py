"""Approvals: somebody agrees or refuses, or nobody does and the time is over.

A waiting approval is a row in the store and nothing else: no task, no workflow and no connection waits for it, so it
costs nothing and survives restarts.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from fairway.domain import progression
from fairway.domain.deployment import Cause
from fairway.domain.execution import ActionStatus, Execution, Stage
from fairway.domain.moves import Move, MoveAction, carry_out
from fairway.errors import Conflict
from fairway.ports.clock import Clock

LONGEST = 3600.0
"""Seconds between two looks at the deadlines: the clock of a host may be set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was decided, by whom and why."""

    approved: bool
    by: str
    comment: str = ""


EXPIRED = Answer(approved=False, by="")


def decide(execution: Execution, answer: Answer) -> Sequence[Move]:
    """The moves of the answer, and what follows. Raises Conflict when nothing waits for one."""
    stage = execution.place
    waiting = stage.waiting if stage is not None else None
    if stage is None or waiting is None:
        if answer is EXPIRED:
            return []
        raise Conflict(
            f"execution {execution.number} of {execution.app} waits for no approval",
            why=f"it is {execution.status}" + ("" if execution.finished or stage is None else f", at {stage.name}"),
        )
    move = MoveAction(
        stage=stage.name,
        action=waiting.action.name,
        expected=ActionStatus.IN_PROGRESS,
        to=ActionStatus.SUCCEEDED if answer.approved else ActionStatus.FAILED,
        summary=summarise(answer),
        cause=None if answer.approved else explain(execution, stage, answer),
    )
    after = carry_out(execution, [move], at=0.0)
    assert after is not None, "it was read from this very execution"
    return [move, *progression.conclude(after, stage.name)]


def summarise(answer: Answer) -> str:
    """`approved by ada: looks good`."""
    if answer is EXPIRED:
        return "nobody approved it in time"
    verb = "approved" if answer.approved else "rejected"
    return f"{verb} by {answer.by or 'somebody'}" + (f": {answer.comment}" if answer.comment else "")


def explain(execution: Execution, stage: Stage, answer: Answer) -> Cause:
    """Why the stage failed, in words."""
    again = f"fairway retry {execution.number} asks again, fairway deploy starts a new execution"
    if answer is EXPIRED:
        return Cause(
            sentence=f"nobody approved the deployment to {stage.name} in time",
            fix=again,
            more=(f"fairway show {execution.number}",),
        )
    who = answer.by or "somebody"
    return Cause(
        sentence=f"{who} rejected the deployment to {stage.name}",
        seen=answer.comment,
        fix=again,
        more=(f"fairway show {execution.number}",),
    )


def deadline(execution: Execution, *, until: float | None = None) -> float | None:
    """When the approval that it waits for is over; with `until`, only if that is then over."""
    stage = execution.place
    waiting = stage.waiting if stage is not None else None
    found = waiting.deadline if waiting is not None else None
    return found if found is not None and (until is None or found <= until) else None


async def pause(changed: asyncio.Event, clock: Clock, waiting: Sequence[Execution]) -> None:
    """Return when an approval was asked for, or the next deadline has come."""
    ends = [end for each in waiting if (end := deadline(each)) is not None]
    seconds = min([LONGEST, *(max(0.0, end - clock.now()) for end in ends)])
    async with asyncio.TaskGroup() as group:
        sleeper = group.create_task(clock.sleep(seconds))
        waiter = group.create_task(changed.wait())
        await asyncio.wait({sleeper, waiter}, return_when=asyncio.FIRST_COMPLETED)
        sleeper.cancel()
        waiter.cancel()

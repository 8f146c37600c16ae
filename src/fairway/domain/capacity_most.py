"""How many tasks of one service the host can hold: the bound of its scaling.

One more than that must fit while a deployment replaces them, or the service would have grown until no release could
come to it any more. So where a rollout starts a task before it stops one, a place for that is left free.
"""

from dataclasses import dataclass

from fairway.domain import capacity, capacity_text, rounding
from fairway.domain.capacity import SLACK, Budget
from fairway.domain.desired import DesiredService


@dataclass(frozen=True, slots=True, kw_only=True)
class Most:
    """So many `tasks` at most, and why no more, as the scaling tells it."""

    tasks: int
    reason: str


def most(service: DesiredService, budget: Budget) -> Most:
    """The bound for the service; in the `budget` its own tasks count as free.

    Concrete example: 3.6 GB are free for tasks of 512 MB. Seven fit, six are the bound at minimum_healthy_percent 100:
    the seventh place is for the new task that replaces an old one.
    """
    each, free = capacity.each_of(service), budget.free
    by_memory = max(0, free.memory) // each.memory if each.memory else None
    by_cpu = int((max(0.0, free.cpu) + SLACK) / each.cpu) if each.cpu else None
    fit = min((count for count in (by_memory, by_cpu) if count is not None), default=0)
    kept = 1 if fit > 1 and rounding.bounds(fit, service.rollout).minimum >= fit else 0
    lacking = capacity_text.room_text(budget, memory=by_memory is not None and by_memory == fit)
    one = capacity_text.one_text(each, memory=by_memory is not None and by_memory == fit)
    reason = f"the host has room for {tasks_text(fit)} of {service.spec.service}, {one} each: {lacking}"
    if kept:
        reason += "; one place is left for its deployments"
    return Most(tasks=fit - kept, reason=reason)


def tasks_text(count: int) -> str:
    """`1 task`, `2 tasks`, `no task`."""
    return {0: "no task", 1: "1 task"}.get(count, f"{count} tasks")

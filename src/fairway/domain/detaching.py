"""How the target of a task that is gone leaves the load balancer.

It gets no new request at once. But the requests that the task had when it died are at that moment being sent again to
another one by the load balancer, which takes it up to a second or two; they still hang on the old target, and would be
cut off with it. Measured with HAProxy: of 16 connections under load, 8 failed at each SIGKILL of one of two tasks when
its target was taken off at once, and none when it went like this.
"""

from collections.abc import Iterable, Iterator

from fairway.domain import draining, ended
from fairway.domain.observed import ObservedEnvironment, ObservedTask, Target, TargetState
from fairway.domain.operation import DetachTarget, DrainTarget, WaitDrained

GRACE = 5.0
"""Seconds after which the target goes, whatever it has under way."""


def detach_ended(tasks: Iterable[ObservedTask], now: float) -> Iterator[DrainTarget | WaitDrained | DetachTarget]:
    """The next step for each ended task that still has a target."""
    for each in tasks:
        if each.target is not None and each.busy is None:
            since = each.task.stopped_at if each.task.stopped_at is not None else each.task.created_at
            yield let_go(each.target, since + GRACE, ended.describe_end(each.task.exit), now)


def detach_orphans(observed: ObservedEnvironment, now: float) -> Iterator[DrainTarget | WaitDrained | DetachTarget]:
    """The next step for each target whose task is not there any more."""
    for target in observed.orphans:
        yield let_go(target, observed.orphans_since.get(target.task, now) + GRACE, "its task is gone", now)


def let_go(target: Target, until: float, cause: str, now: float) -> DrainTarget | WaitDrained | DetachTarget:
    """No new request, then the end of those that are being sent again, then off."""
    if target.state is TargetState.READY:
        return DrainTarget(task=target.task, service=target.service, cause=cause)
    if target.sessions == 0 or now >= until:
        return DetachTarget(task=target.task, service=target.service, cause=cause)
    left = draining.sessions(target.sessions)
    return WaitDrained(task=target.task, service=target.service, until=until, cause=f"{cause}, {left} left")

"""How a task leaves: no new request, then the end of those under way, then the stop signal, and only then its target.

Each call gives the one next step, or the wait in which it stands. The target stays until the task has ended: the stop
signal lets the app finish what is left after the time is over, and a detached target would cut that off. One that was
created but never started is only removed.
"""

from fairway.domain import standing
from fairway.domain.observed import ObservedTask
from fairway.domain.operation import DrainTarget, Operation, RemoveTask, StopTask, WaitDrained

STOP_TIMEOUT = 30.0
"""Seconds for a task whose specification is not known any more."""


def leave(each: ObservedTask, cause: str, now: float) -> Operation | None:
    """The next step of a task that has to go; None while an operation on it is under way."""
    if each.busy is not None:
        return None
    if standing.interrupted(each):
        return RemoveTask(task=each.task.id, service=each.task.service, cause=cause)
    if standing.is_ready(each):
        return drain(each, cause)
    timeout = each.spec.stop_timeout if each.spec else STOP_TIMEOUT
    if each.target is None:
        return stop(each, timeout, cause)
    if each.target.sessions == 0:
        return stop(each, timeout, f"{cause}, drained")
    until = (now if each.draining_since is None else each.draining_since) + timeout
    if now >= until:
        return stop(each, timeout, f"{cause}, {sessions(each.target.sessions)} left after {timeout:g} s")
    return WaitDrained(
        task=each.task.id,
        service=each.task.service,
        until=until,
        cause=f"{cause}, {sessions(each.target.sessions)} left",
    )


def drain(each: ObservedTask, cause: str) -> DrainTarget:
    """Send it no new request."""
    return DrainTarget(task=each.task.id, service=each.task.service, cause=cause)


def stop(each: ObservedTask, timeout: float, cause: str) -> StopTask:
    """Stop it by its own signal and patience."""
    signal = each.spec.stop_signal if each.spec else None
    return StopTask(task=each.task.id, service=each.task.service, signal=signal, timeout=timeout, cause=cause)


def sessions(count: int) -> str:
    """`1 session`, `3 sessions`."""
    return "1 session" if count == 1 else f"{count} sessions"

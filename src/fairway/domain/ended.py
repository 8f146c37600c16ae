"""How long ended tasks are kept: their containers hold their logs, and the reason why they ended."""

from collections.abc import Sequence

from fairway.domain.ids import DeploymentId
from fairway.domain.observed import Exit, ObservedTask
from fairway.domain.operation import RemoveTask

LAST = 2
"""The last ended tasks of a service, whatever their deployment."""
CURRENT = 5
"""The last ended tasks of the desired deployment: why it fails must stay readable while it is tried again."""


def remove_ended(ended: Sequence[ObservedTask], deployment: DeploymentId | None, cause: str) -> list[RemoveTask]:
    """Remove the containers of ended tasks that are not kept; with no deployment none is."""
    newest = sorted(ended, key=lambda each: (-(each.task.stopped_at or each.task.created_at), each.task.id))
    kept = set()
    if deployment is not None:
        current = [each.task.id for each in newest if each.task.deployment == deployment]
        kept = {*(each.task.id for each in newest[:LAST]), *current[:CURRENT]}
    return [
        RemoveTask(task=each.task.id, service=each.task.service, cause=cause)
        for each in newest
        if each.task.id not in kept and each.target is None and each.busy is None
    ]


def describe_end(exit: Exit | None) -> str:
    """`exited with 1`, `killed by signal 9`, `ran out of memory`."""
    if exit is None:
        return "ended"
    if exit.oom_killed:
        return "ran out of memory"
    if exit.error:
        return f"could not start: {exit.error}"
    if exit.stopped_for:
        return f"was stopped by the engine: {exit.stopped_for}"
    return f"killed by signal {exit.code - 128}" if 128 < exit.code < 160 else f"exited with {exit.code}"

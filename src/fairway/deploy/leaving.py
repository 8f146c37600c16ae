"""Waiting for the tasks of a deployment that was taken back to be gone: what they can't run beside may begin then."""

import asyncio
from contextlib import aclosing

from fairway.domain.deployment import Deployment
from fairway.domain.observed import TaskStatus
from fairway.domain.rollout import Progress
from fairway.ports.builder import LogSink
from fairway.ports.observations import Observations

PATIENCE = 60.0
"""Seconds, beyond a task's own time to stop, after which one that is still there counts as one that does not end."""


async def see_out(observations: Observations, deployment: Deployment, log: LogSink, *, timeout: float) -> bool:
    """Whether none of its tasks is left: true once a look says so, false when none has after so many seconds."""
    said = 0
    try:
        async with (
            asyncio.timeout(timeout),
            aclosing(observations.follow(deployment.app, deployment.environment)) as looks,
        ):
            async for progress in looks:
                left = count(observations, progress, deployment)
                if left == 0:
                    return True
                if left is not None and left != said:
                    said = left
                    log(
                        f"release {deployment.release}: {left} {'task has' if left == 1 else 'tasks have'} still to end"
                    )
    except TimeoutError:
        log(f"release {deployment.release}: its tasks did not end within {timeout:.0f} s of their stop signal")
    return False


def count(observations: Observations, progress: Progress, deployment: Deployment) -> int | None:
    """How many of its tasks have not ended, None when the look did not see everything."""
    observed = observations.observed(progress.app, progress.environment)
    if observed is None or progress.trouble:
        return None
    mine = (each.task for each in observed.tasks if each.task.deployment == deployment.id)
    return sum(task.status is not TaskStatus.STOPPED for task in mine)

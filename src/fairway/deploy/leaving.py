"""Waiting for tasks to be gone: those of an environment that closes, or of a deployment that was taken back. What they
can't run beside may begin then."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from fairway.domain.deployment import Deployment
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.observed import TaskStatus
from fairway.domain.rollout import Progress
from fairway.ports.builder import LogSink
from fairway.ports.observations import Observations

PATIENCE = 60.0
"""Seconds, beyond a task's own time to stop, after which one that is still there counts as one that does not end."""


async def wait(
    observations: Observations,
    app: AppName,
    environment: EnvironmentName,
    count: Callable[[Progress], int | None],
    say: Callable[[str], None],
    *,
    timeout: float,
) -> bool:
    """Whether none is left: true once a look says so, false when none has after so many seconds. `count` is how many a
    look shows, None where it did not see everything; `say` is told of each other number: `2 tasks have still to end`.
    """
    said = 0
    try:
        async with asyncio.timeout(timeout), aclosing(observations.follow(app, environment)) as looks:
            async for progress in looks:
                left = count(progress)
                if left == 0:
                    return True
                if left is not None and left != said:
                    said = left
                    say(f"{left} {'task has' if left == 1 else 'tasks have'} still to end")
    except TimeoutError:
        return False
    return False


async def see_out(observations: Observations, deployment: Deployment, log: LogSink, *, timeout: float) -> bool:
    """Whether none of the deployment's tasks is left, as `wait` says it."""
    name = f"release {deployment.release}"
    gone = await wait(
        observations,
        deployment.app,
        deployment.environment,
        lambda progress: count(observations, progress, deployment),
        lambda text: log(f"{name}: {text}"),
        timeout=timeout,
    )
    if not gone:
        log(f"{name}: its tasks did not end within {timeout:.0f} s of their stop signal")
    return gone


def count(observations: Observations, progress: Progress, deployment: Deployment) -> int | None:
    """How many of its tasks have not ended, None when the look did not see everything."""
    observed = observations.observed(progress.app, progress.environment)
    if observed is None or progress.trouble:
        return None
    mine = (each.task for each in observed.tasks if each.task.deployment == deployment.id)
    return sum(task.status is not TaskStatus.STOPPED for task in mine)

"""Taking things down: an environment's tasks, or a whole app with all that is kept of it.

Desired state is written first, so that whatever dies afterwards, the tasks go; then it is only watched. An app is
forgotten last, when nothing of it runs: what is interrupted can be asked for again.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable

from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.observed import TaskStatus
from fairway.errors import Conflict, NotFound
from fairway.server import watch
from fairway.server.stream import Emit
from fairway.services import Services

PATIENCE = 180.0
"""Seconds that the tasks of an environment are given to go."""

Say = Callable[[str], Awaitable[None]]


def saying(emit: Emit) -> Say:
    """Says a sentence in a stream."""

    async def say(text: str) -> None:
        await emit({"type": "text", "text": text})

    return say


async def environment(
    services: Services, app: AppName, name: EnvironmentName, say: Say, *, by: str, for_good: bool = False
) -> bool:
    """Desire nothing any more, and wait for the tasks and the runs of jobs to go; whether they all went in time. Its
    databases stay; `for_good`: they are deleted next."""
    await services.deployer.down(app, name, by=by)
    if running := await services.desk.stop_all(app, name, by=by, why="the environment was taken down"):
        await say(f"{name}: stopping {running} run{'s' if running != 1 else ''} of jobs")
    left = _count(services, app, name)
    if left:
        await say(f"{name}: stopping {left} task{'s' if left != 1 else ''}")
    gone = await watch.until(
        lambda: _count(services, app, name) == 0, services.observations.follow(app, name), patience=PATIENCE
    )
    ended = await services.desk.all_ended(app, name, patience=PATIENCE)
    await say(f"{name}: {_describe(services, app, name, gone=gone, ended=ended)}")
    for database, _ in await services.databases.states(app, name) if not for_good else ():
        await say(f"{name}: the database {database.name} stays, with its data")
    return gone and ended


async def require_typed(services: Services, app: AppName, typed: str) -> None:
    """Raise Conflict when the app has data and its name was not typed. Nothing has been taken down then."""
    lost = [f"the database {each.database.key}" for each in await services.databases.list(app)]
    if backups := len(await services.backups.list(app, limit=500)):
        lost.append(f"{backups} backup{'s' if backups != 1 else ''}")
    if lost and typed != app:
        raise Conflict(
            f"{app} has data, and nothing brings it back",
            why=f"it would be gone: {', '.join(lost)}",
            hint=f"fairway down --delete --delete-data {app}",
        )


async def whole_app(services: Services, app: AppName, say: Say, *, by: str) -> bool:
    """Stop its executions, take its environments down beside each other, and forget it; whether all of that came to its
    end. Each environment drains and stops by its own times, so together they take as long as the slowest."""
    await _stop_executions(services, app, say)
    names = [desired.environment for desired in await services.desired.list() if desired.app == app]
    if not all(await asyncio.gather(*(environment(services, app, name, say, by=by, for_good=True) for name in names))):
        await say(f"{app} is kept until its tasks have gone; ask again then")
        return False
    for key in await services.databases.delete_all(app):
        await say(f"the database {key} is deleted with its data")
    await services.forget_images(app)
    await services.repositories.remove(app)
    await asyncio.to_thread(_remove_files, services, app)
    await services.forget_logs(app)
    await services.forget_backups(app)
    await services.apps.delete(app)
    await say(f"{app}: repository, releases, images, variables, logs and backups are removed")
    return True


async def _stop_executions(services: Services, app: AppName, say: Say) -> None:
    for execution in await services.executions.unfinished():
        if execution.app == app:
            try:
                await services.pipeline.stop(app, execution.number)
            except (Conflict, NotFound):
                continue  # it has ended by itself in the meantime
            await say(f"execution {execution.number}: stopped")


def _describe(services: Services, app: AppName, name: EnvironmentName, *, gone: bool, ended: bool) -> str:
    if gone:
        return "down" if ended else "its tasks are down, and runs of jobs still stop"
    return f"{_count(services, app, name)} tasks still stop"


def _count(services: Services, app: AppName, name: EnvironmentName) -> int:
    observed = services.observations.observed(app, name)
    if observed is None:
        return 0
    return sum(each.task.status is not TaskStatus.STOPPED for each in observed.tasks)


def _remove_files(services: Services, app: AppName) -> None:
    for folder in (services.settings.executions, services.settings.runs, services.settings.checkouts):
        shutil.rmtree(folder / app, ignore_errors=True)

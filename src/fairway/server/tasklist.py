"""Which tasks a request is about, from the board on which the orchestrator posts what it sees."""

from dataclasses import dataclass

from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.observed import ObservedTask, TaskStatus
from fairway.errors import NotFound, UsageError
from fairway.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Of these only; None or "" means: of any. `task` is an id or the beginning of one."""

    environment: EnvironmentName | None = None
    service: str | None = None
    task: str | None = None
    release: int | None = None

    def takes(self, seen: ObservedTask) -> bool:
        """Whether the task is one of those."""
        task = seen.task
        return (
            (not self.environment or task.environment == self.environment)
            and (not self.service or task.service == self.service)
            and (not self.task or task.id.startswith(self.task))
            and (self.release is None or task.release == self.release)
        )


async def seen(services: Services, app: AppName, environment: EnvironmentName | None) -> list[ObservedTask]:
    """Every task of the app that was last seen, by environment, service and age."""
    names = [each.environment for each in await services.desired.list() if each.app == app]
    if environment and environment not in names:
        raise no_environment(app, environment, names)
    chosen = [name for name in names if environment in (None, name)]
    looks = [services.observations.observed(app, name) for name in chosen]
    found = [task for look in looks if look for task in look.tasks]
    return sorted(found, key=lambda each: (each.task.environment, each.task.service, each.task.created_at))


async def chosen(services: Services, app: AppName, choice: Choice) -> list[ObservedTask]:
    """The tasks that the choice takes. Raises NotFound for an environment, a service or a task that there is not: a
    slip of the pen is no empty answer."""
    every = await seen(services, app, choice.environment)
    if choice.service and not any(each.task.service == choice.service for each in every):
        await _require_service(services, app, choice.environment, choice.service)
    if choice.task and not any(each.task.id.startswith(choice.task) for each in every):
        raise NotFound(f"{app} has no task {choice.task}", hint="fairway ps --all")
    return [each for each in every if choice.takes(each)]


async def _require_service(services: Services, app: AppName, environment: EnvironmentName | None, wanted: str) -> None:
    """A service without any task is there all the same."""
    desired = [each for each in await services.desired.list() if each.app == app]
    here = [each for each in desired if environment in (None, each.environment)]
    names = sorted({each.spec.service for one in here for each in one.services})
    if wanted not in names:
        where = f"{environment} of {app}" if environment else app
        raise NotFound(f"{where} has no service {wanted}", hint=f"it has {', '.join(names)}" if names else "fairway ps")


async def one(services: Services, app: AppName, choice: Choice) -> ObservedTask:
    """A running task to go into: healthy ones and the newest first. Raises NotFound, or UsageError when the beginning
    of an id fits several."""
    found = await chosen(services, app, choice)
    running = [each for each in found if each.task.status is TaskStatus.RUNNING]
    if choice.task and len(running) > 1:
        raise UsageError(f'"{choice.task}" fits {len(running)} tasks', hint="fairway ps")
    if not running:
        raise NotFound(
            "no such task runs",
            why=f"{app} has {len(found)} of them, and each has ended" if found else f"{app} has none",
            hint="fairway ps --all",
        )
    # By name, web before worker: `fairway exec` without a service should go where the requests go.
    return min(
        running, key=lambda each: (each.task.service != "web", each.health.state != "HEALTHY", -each.task.created_at)
    )


def no_environment(app: AppName, environment: EnvironmentName, names: list[EnvironmentName]) -> NotFound:
    """The error for an environment in which nothing was deployed; it names the others."""
    hint = f"it has {', '.join(names)}" if names else "nothing was deployed yet: git push fairway"
    return NotFound(f'{app} has no environment "{environment}"', hint=hint)

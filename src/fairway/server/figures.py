"""The figures of the last seconds, of services and of tasks."""

from fairway.domain import figures
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.metrics import Series
from fairway.domain.observed import TaskStatus
from fairway.server import tasklist
from fairway.server.tasklist import Choice
from fairway.services import Services
from fairway.wire import metrics as shapes

MINUTE = 60.0
LATELY = 10.0


def of_service(
    services: Services, app: AppName, environment: EnvironmentName, service: ServiceName, *, over: float = MINUTE
) -> shapes.Figures | None:
    """A service's figures over so many seconds until now, None when nothing was measured in them."""
    return of_series(services, Series(app=app, environment=environment, service=service), over=over)


def of_series(services: Services, series: Series, *, over: float) -> shapes.Figures | None:
    """The same of any series."""
    seen = figures.summarize(services.samples.recent(series, since=services.clock.now() - over))
    return None if seen is None else shapes.Figures.of(seen, routed=is_routed(services, series))


def is_routed(services: Services, series: Series) -> bool:
    """Whether the load balancer knows the service, or knew it when it answered last."""
    service = Series(app=series.app, environment=series.environment, service=series.service)
    return service in services.meter.known.routed


async def top(services: Services, app: AppName, choice: Choice, *, over: float) -> shapes.Top:
    """Every service that the choice takes, with its running tasks. Raises NotFound for what there is not."""
    tasks: dict[tuple[EnvironmentName, ServiceName], list[TaskId]] = {}
    for environment in await services.desired.list():
        if environment.app == app and choice.environment in (None, environment.environment):
            for each in environment.services:
                if choice.service in (None, each.spec.service):
                    tasks[environment.environment, each.spec.service] = []
    for seen in await tasklist.chosen(services, app, choice):
        if seen.task.status is TaskStatus.RUNNING:
            tasks.setdefault((seen.task.environment, seen.task.service), []).append(seen.task.id)
    rows = []
    for (name, service), ids in sorted(tasks.items()):
        series = Series(app=app, environment=name, service=service)
        rows.append(
            shapes.ServiceFigures(
                environment=name,
                service=service,
                figures=of_series(services, series, over=over),
                tasks=[of_task(services, series, task, over=over) for task in ids],
            )
        )
    return shapes.Top(at=services.clock.now(), over=over, services=rows)


def of_task(services: Services, service: Series, task: TaskId, *, over: float) -> shapes.TaskFigures:
    """One of the service's tasks."""
    series = Series(app=service.app, environment=service.environment, service=service.service, task=task)
    return shapes.TaskFigures(id=task, figures=of_series(services, series, over=over))

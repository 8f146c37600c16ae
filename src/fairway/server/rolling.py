"""Changed variables reach the tasks: a deployment of their own, behind the same health checks as any other.

The change is kept before the deployment begins. A server that dies in between leaves the new version to the next
deployment or restart, and `fairway env list` says that the tasks have another one.
"""

from collections.abc import Sequence

from fairway.domain.events import Event
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.environment.variables import restart_needed
from fairway.errors import Conflict, NotFound
from fairway.services import Services
from fairway.wire import variables as shapes
from fairway.wire.deployments import Deployment

KIND = "variables.changed"


async def needed(services: Services, app: AppName, environment: EnvironmentName, version: int) -> bool:
    """Whether tasks run, or should, with another version than this one."""
    return restart_needed(version, await services.desired.get(app, environment))


async def roll(
    services: Services,
    app: AppName,
    environment: EnvironmentName,
    version: int,
    changed: Sequence[str],
    service: str,
    *,
    by: str,
    asked: bool,
) -> shapes.Changed:
    """The answer to a change: with the deployment that was begun, or with what is in its way. Nothing is begun where no
    task would be another one for it."""
    answer = shapes.Changed(version=version, changed=list(changed))
    if not asked or not changed or not await needed(services, app, environment, version):
        return answer
    desired = await services.desired.get(app, environment)
    if service and desired and service not in [each.spec.service for each in desired.services]:
        return answer
    try:
        begun = await services.deployer.restart(app, environment, ServiceName(service) if service else None, by=by)
    except (Conflict, NotFound) as error:
        why = f"{error.what}: {error.why}" if error.why else error.what
        return answer.model_copy(update={"trouble": why, "hint": error.hint})
    return answer.model_copy(update={"deployment": Deployment.of(begun)})


async def tell(
    services: Services, app: AppName, environment: EnvironmentName, text: str, service: str = "", kind: str = KIND
) -> None:
    """Keep who did it in the event log."""
    event = Event(at=services.clock.now(), kind=kind, text=text, app=app, environment=environment, service=service)
    await services.events.append([event])

"""How the programs beside the server do."""

from fairway import services
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.process.component import ComponentState
from fairway.errors import FairwayError
from fairway.ports.engine import RollingEngine


async def look_at(engine: DockerEngine) -> services.Component:
    """How Docker does, by asking it."""
    try:
        tasks = await engine.observe()
    except FairwayError as error:
        return services.Component(name="docker", state="down", detail=f"{error.what}: {error.why}")
    return services.Component(name="docker", state="ok", detail=f"{len(tasks)} containers")


async def look_at_services(engine: RollingEngine) -> services.Component:
    """How ECS does, by asking it."""
    try:
        found = await engine.services()
    except FairwayError as error:
        return services.Component(name="ecs", state="down", detail=f"{error.what}: {error.why}")
    return services.Component(name="ecs", state="ok", detail=f"{len(found)} services")


def describe(state: ComponentState) -> services.Component:
    """How a supervised program does."""
    return services.Component(
        name=state.name, state="ok" if state.state == "running" else "down", detail=state.detail or state.state
    )

"""How the programs beside the server do."""

from fairway import services
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.process.component import ComponentState
from fairway.errors import FairwayError


async def look_at(engine: DockerEngine) -> services.Component:
    """How Docker does, by asking it."""
    try:
        tasks = await engine.observe()
    except FairwayError as error:
        return services.Component(name="docker", state="down", detail=f"{error.what}: {error.why}")
    return services.Component(name="docker", state="ok", detail=f"{len(tasks)} containers")


def describe(state: ComponentState) -> services.Component:
    """How a supervised program does."""
    return services.Component(
        name=state.name, state="ok" if state.state == "running" else "down", detail=state.detail or state.state
    )

"""What the tasks use, from their control groups' files: `ports.metrics.Consumption`.

Docker is not asked: its statistics take a second for each container, and a list of the containers 5 ms for each look.
The tasks are those that the orchestrator saw last, which looks at each event of the engine.

A control group's place and limits are looked up once for each container; nobody changes them afterwards. What is out of
sight (a daemon on another host, a Fairway in a container) is None.
"""

from collections.abc import Mapping

from fairway.adapters.docker import cgroups
from fairway.adapters.docker.cgroups import Group
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.reading import Running
from fairway.domain.metrics import Series, Use


class DockerMeter:
    """Of the engine's tasks."""

    def __init__(self, engine: DockerEngine) -> None:
        self._engine = engine
        self._known: dict[str, tuple[Series, Group]] = {}

    async def read(self) -> Mapping[Series, Use]:
        """See the port."""
        known, uses = {}, {}
        for running in self._engine.running:
            series, group = self._known.get(running.container) or self._find(running)
            known[running.container] = series, group
            uses[series] = Use() if group is None else use(group)
        # One that could not be found is looked for again.
        self._known = {container: (series, group) for container, (series, group) in known.items() if group is not None}
        return uses

    def _find(self, running: Running) -> tuple[Series, Group | None]:
        task = running.task
        series = Series(app=task.app, environment=task.environment, service=task.service, task=task.id)
        visible = self._engine.containers.sees(running.container, running.pid)
        return series, cgroups.find(running.pid) if visible else None


def use(group: Group) -> Use:
    """What a group uses at this moment; nothing known of one that has just ended."""
    try:
        return Use(
            cpu_seconds=group.cpu_seconds(),
            cpu_limit=group.cpu_limit,
            memory=group.memory(),
            memory_limit=group.memory_limit,
        )
    except (OSError, ValueError, KeyError):
        return Use()

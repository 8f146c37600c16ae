"""`fairway exec` on ECS: which task is meant, and what its way in is called."""

from collections.abc import Sequence

from fairway.adapters.aws.session import Session
from fairway.adapters.ecs.engine import EcsEngine
from fairway.adapters.ecs.entry import Door
from fairway.adapters.ecs.places import Places
from fairway.adapters.ecs.sessions import Running, Sessions
from fairway.domain.ids import TaskId
from fairway.errors import NotFound

LOOK = "fairway ps"


class EcsShell:
    """`ports.shell.Shell` over the tasks that the engine sees."""

    def __init__(self, session: Session, engine: EcsEngine, places: Places) -> None:
        self._sessions = Sessions(session)
        self._engine = engine
        self._places = places

    async def start(self, task: TaskId, command: Sequence[str], *, tty: bool = False) -> Running:
        """Start the command. Raises NotFound when there is no such running task, Conflict for one that nobody can go
        into, and Unavailable without the plugin or when the agent in the task does not answer."""
        found = next((each for each in self._engine.tasks if each.id == task), None)
        if found is None:
            raise NotFound(f"there is no task {task}", hint=LOOK)
        place = self._places.of(found.app, found.environment)
        door = Door(
            task=task,
            container=found.service,
            cluster=place.cluster,
            role=place.task_role is not None,
            look=LOOK,
            renew=f"fairway restart -e {found.environment}",
            alone="fairway exec --new",
            host="the server's host",
        )
        return await self._sessions.begin(door, command, tty=tty)

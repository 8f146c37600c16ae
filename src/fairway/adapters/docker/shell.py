"""`fairway exec`: a command inside a running task, with or without a terminal."""

from collections.abc import Sequence

from fairway.adapters.docker import execution
from fairway.adapters.docker.connection import Refused
from fairway.adapters.docker.containers import Containers
from fairway.adapters.docker.execution import Execution
from fairway.domain.ids import TaskId
from fairway.errors import NotFound


class DockerShell:
    """`ports.shell.Shell` over the containers of one instance."""

    def __init__(self, containers: Containers) -> None:
        self._containers = containers

    async def start(self, task: TaskId, command: Sequence[str], *, tty: bool = False) -> Execution:
        """Start the command. Raises NotFound when there is no such running task.

        A command that is not in the image is no error here: Docker says so in the output, and the code is 126 or 127.
        """
        container = await self._containers.find(task)
        if container is None:
            raise NotFound(f"there is no task {task}", hint="fairway ps")
        try:
            session = await execution.prepare(self._containers.connection, container, command, tty=tty, stdin=True)
        except Refused as refusal:
            if refusal.status in (404, 409):
                raise NotFound(f"task {task} does not run", why=refusal.message, hint="fairway ps") from refusal
            raise
        await session.begin()
        return session

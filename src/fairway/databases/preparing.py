"""What a deployment begins with: its environment's databases are there and let its tasks in."""

from fairway.databases.declaring import Declaring
from fairway.databases.supervisor import Supervisor
from fairway.domain.app import Environment
from fairway.domain.ids import AppName
from fairway.ports.builder import LogSink


class Preparing:
    """Declares, and waits."""

    def __init__(self, declaring: Declaring, supervisor: Supervisor) -> None:
        self._declaring = declaring
        self._supervisor = supervisor

    async def prepare(self, app: AppName, environment: Environment, log: LogSink) -> None:
        """Return when every database that the environment declares lets its tasks in. May be called again after one
        that was cut off. Raises Conflict or WorkFailed that says what is wrong with which one."""
        if await self._declaring.declare(app, environment, log):
            self._supervisor.wake()
            await self._supervisor.ready(app, environment.name, log)

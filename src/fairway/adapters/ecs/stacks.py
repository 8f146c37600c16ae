"""`fairway aws exec`: commands in the tasks of an app's own stacks, where no Fairway server has an engine's eyes."""

from collections.abc import Mapping, Sequence
from typing import Any

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.adapters.ecs.entry import Door
from fairway.adapters.ecs.reading import seconds
from fairway.adapters.ecs.sessions import Running, Sessions
from fairway.domain.aws import names
from fairway.errors import NotFound

LOOK = "fairway aws status"
MISSING = ("ClusterNotFoundException", "ServiceNotFoundException", "ServiceNotActiveException")
MOST = 100
"""How many tasks one call describes."""


class StackShell:
    """Of one app's environment. Services there bear their own names, in a cluster of the environment's."""

    def __init__(self, session: Session, app: str, environment: str) -> None:
        self._session = session
        self._environment = environment
        self._cluster = names.cluster(app, environment)

    async def start(
        self, service: str, command: Sequence[str], *, task: str | None = None, tty: bool = False
    ) -> Running:
        """Start the command in that task of the service, or in the one that has run longest. Raises NotFound when there
        is none, and as `Sessions.begin`."""
        running = await self._running(service)
        wanted = [each for each in running if task is None or id_of(each) == task]
        if not wanted:
            others = ", ".join(map(id_of, running))
            raise NotFound(
                f"{service} of {self._environment} has no running task{f' {task}' if task else ''} on AWS",
                hint=f"--task takes one of {others}" if others else LOOK,
            )
        door = Door(
            task=id_of(wanted[0]),
            container=service,
            cluster=self._cluster,
            role=True,
            look=LOOK,
            renew=f"aws ecs update-service --cluster {self._cluster} --service {service} --force-new-deployment",
            alone="",
            host="this machine",
        )
        return await Sessions(self._session).begin(door, command, tty=tty)

    async def _running(self, service: str) -> Sequence[Mapping[str, Any]]:
        """The running tasks of a service, the oldest first; none of one that is not there."""
        try:
            arns = await self._session.items(
                "ecs", "ListTasks", "taskArns", known=MISSING, cluster=self._cluster, serviceName=service
            )
        except Refused:
            return ()
        if not arns:
            return ()
        answer = await self._session.call("ecs", "DescribeTasks", cluster=self._cluster, tasks=arns[:MOST])
        running = [each for each in answer["tasks"] if each.get("lastStatus") == "RUNNING"]
        return sorted(running, key=lambda each: seconds(each.get("startedAt")) or 0.0)


def id_of(described: Mapping[str, Any]) -> str:
    """A described task's id."""
    return str(described["taskArn"].rpartition("/")[2])

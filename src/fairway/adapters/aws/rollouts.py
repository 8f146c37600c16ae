"""`ports.rollouts.Rollouts` over ECS and CloudWatch's logs: a call for ten services, two for the stopped tasks of a
family, four for those that live, one for the end of a log.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.domain.aws.rollouts import SeenDeployment, SeenService, StoppedContainer, StoppedTask
from fairway.domain.deployment import RolloutState

AT_ONCE = 10
"""Services that DescribeServices takes."""
MOST = 100
"""Tasks that ListTasks gives on a page, and DescribeTasks takes."""
EVENTS = 10
"""Of the texts of a service those that are kept, of a hundred."""
ENDED = frozenset({"DEPROVISIONING", "STOPPED", "DELETED"})
"""A task's last statuses in which none of its containers runs any more: what is left to do is the network's."""
NO_CLUSTER, NO_STREAM = "ClusterNotFoundException", "ResourceNotFoundException"


class EcsRollouts:
    """Of the session's account and region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def services(self, cluster: str, names: Sequence[str]) -> Mapping[str, SeenService]:
        """See ports.rollouts.Rollouts."""
        found: dict[str, SeenService] = {}
        for start in range(0, len(names), AT_ONCE):
            part = list(names[start : start + AT_ONCE])
            try:
                answer = await self._session.call(
                    "ecs", "DescribeServices", known=[NO_CLUSTER], cluster=cluster, services=part
                )
            except Refused:
                return {}
            # What is not there stands under "failures", with the reason MISSING, and is no exception.
            found |= {each["serviceName"]: read_service(each) for each in answer.get("services", ())}
        return found

    async def stopped(self, cluster: str, family: str) -> Sequence[StoppedTask]:
        """See ports.rollouts.Rollouts."""
        try:
            listed = await self._session.call(
                "ecs",
                "ListTasks",
                known=[NO_CLUSTER],
                cluster=cluster,
                family=family,
                desiredStatus="STOPPED",
                maxResults=MOST,
            )
        except Refused:
            return ()
        arns = listed.get("taskArns", [])
        if not arns:
            return ()
        answer = await self._session.call("ecs", "DescribeTasks", cluster=cluster, tasks=arns)
        tasks = [read_task(each) for each in answer.get("tasks", ())]
        return sorted(tasks, key=lambda each: each.stopped_at or 0.0, reverse=True)

    async def alive(self, cluster: str, family: str) -> Sequence[str]:
        """See ports.rollouts.Rollouts."""
        found: list[str] = []
        # One that was told to stop is listed as STOPPED from then on, whether or not it has.
        for status in ("RUNNING", "STOPPED"):
            try:
                arns = await self._session.items(
                    "ecs",
                    "ListTasks",
                    "taskArns",
                    known=[NO_CLUSTER],
                    cluster=cluster,
                    family=family,
                    desiredStatus=status,
                )
            except Refused:
                return ()
            for start in range(0, len(arns), MOST):
                part = arns[start : start + MOST]
                answer = await self._session.call("ecs", "DescribeTasks", cluster=cluster, tasks=part)
                tasks = answer.get("tasks", ())
                found += [each["taskDefinitionArn"] for each in tasks if each.get("lastStatus") not in ENDED]
        return found

    async def printed(self, group: str, stream: str, *, lines: int) -> tuple[str, ...]:
        """See ports.rollouts.Rollouts."""
        try:
            answer = await self._session.call(
                "logs",
                "GetLogEvents",
                known=[NO_STREAM],
                logGroupName=group,
                logStreamName=stream,
                limit=lines,
                startFromHead=False,
            )
        except Refused:
            return ()
        return tuple(str(event["message"]).rstrip("\n") for event in answer.get("events", ()))


def read_service(found: Mapping[str, Any]) -> SeenService:
    """One of the services in DescribeServices' answer."""
    return SeenService(
        name=found["serviceName"],
        status=found.get("status", ""),
        desired=found.get("desiredCount", 0),
        running=found.get("runningCount", 0),
        pending=found.get("pendingCount", 0),
        deployments=tuple(map(read_deployment, found.get("deployments", ()))),
        events=tuple(str(event["message"]) for event in found.get("events", ())[:EVENTS]),
    )


def read_deployment(found: Mapping[str, Any]) -> SeenDeployment:
    """One of the deployments of a service. Its state is not there for deployment controllers other than ECS's own."""
    state = str(found.get("rolloutState", ""))
    return SeenDeployment(
        id=found.get("id", ""),
        status=found.get("status", ""),
        definition=found.get("taskDefinition", ""),
        state=RolloutState(state) if state in RolloutState.__members__ else None,
        reason=found.get("rolloutStateReason", ""),
        desired=found.get("desiredCount", 0),
        running=found.get("runningCount", 0),
        pending=found.get("pendingCount", 0),
        failed=found.get("failedTasks", 0),
    )


def read_task(found: Mapping[str, Any]) -> StoppedTask:
    """One of the tasks in DescribeTasks' answer."""
    return StoppedTask(
        id=str(found["taskArn"]).rpartition("/")[2],
        definition=found.get("taskDefinitionArn", ""),
        code=found.get("stopCode", ""),
        reason=found.get("stoppedReason", ""),
        created_at=seconds(found.get("createdAt")) or 0.0,
        started_at=seconds(found.get("startedAt")),
        stopped_at=seconds(found.get("stoppedAt")),
        containers=tuple(
            StoppedContainer(name=each.get("name", ""), code=each.get("exitCode"), reason=each.get("reason", ""))
            for each in found.get("containers", ())
        ),
    )


def seconds(at: Any) -> float | None:
    """Seconds since the epoch of a time in an answer."""
    return None if at is None else float(at.timestamp())

"""What moto's ECS lacks: a scheduler that starts tasks, rolls, gives up and goes back.

moto keeps clusters, task definitions and services as AWS does, but its services start no task, never have a second
deployment, and are COMPLETED only by an environment variable. So this scheduler works on moto's own services between
the calls, by ECS's rules, and answers the calls on tasks and service deployments itself, each answer held to botocore's
model of it. What a container does is said by a `Program`.
"""

import json
import types
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.handlers
from botocore.validate import ParamValidator

from fairway.adapters.aws.session import Session

ACCOUNT, REGION, CLUSTER = "123456789012", "eu-central-1", "fairway"
ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
ANSWERED = (
    "ListTasks",
    "DescribeTasks",
    "RunTask",
    "StopTask",
    "ListServiceDeployments",
    "DescribeServiceRevisions",
)
LIVE = ("PENDING", "RUNNING", "STOPPING")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What a task does; turns count from its start. It is RUNNING after `starts`, unless `refused` is why it can't be;
    it ends after `lives` with `code`; `sick`: its check fails. `obeys`: turns from its stop signal to its end."""

    starts: int = 1
    refused: str = ""
    lives: int | None = None
    code: int = 0
    oom_killed: bool = False
    sick: bool = False
    obeys: int = 1


@dataclass(slots=True, kw_only=True)
class Made:
    """One task. `deployment` is the id of the service's deployment, "" of a task that was run alone."""

    id: str
    group: str
    definition: str
    container: str
    program: Program
    deployment: str = ""
    started_by: str = ""
    client_token: str = ""
    age: int = 0
    status: str = "PENDING"
    stopping: int | None = None
    stop_code: str = ""
    reason: str = ""
    detail: str = ""
    code: int | None = None
    open: bool = False
    """Whether its service allowed to go into it when it was started."""
    agent: str = "RUNNING"
    """The status of the agent through which one goes into it, and why it is that."""
    agent_reason: str = ""
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def proven(self) -> bool:
        """A task without a check counts as healthy when it has run for a while (on AWS: 40 s)."""
        return self.age - self.program.starts >= 2

    @property
    def arn(self) -> str:
        return f"{ARN}:task/{CLUSTER}/{self.id}"


class Scheduler:
    """Over moto's backend of one account and region. `programs` says what a task of a definition does."""

    def __init__(self, backend: Any, programs: Callable[[Mapping[str, Any]], Program] = lambda made: Program()) -> None:
        self.backend = backend
        self.programs = programs
        self.tasks: dict[str, Made] = {}
        self.completed: dict[str, str] = {}
        self.deployments: dict[str, list[dict[str, Any]]] = {}
        self.breaker = True
        self.denied: set[str] = set()
        self.running: Callable[[Made], None] = lambda made: None
        """Told of each task that begins to run."""
        self.run_tasks = 0
        self.open: dict[str, bool] = {}
        """Which services allow to go into their tasks."""
        self.ids: list[str] = []
        """The ids of the next tasks; when there are no more, made ones."""

    def handlers(self) -> list[tuple[str, Callable[..., Any]]]:
        """What answers the calls on tasks and service deployments, and puts right what moto does after others."""
        return [
            *((f"before-call.ecs.{operation}", self._answer) for operation in ANSWERED),
            *((f"before-call.ecs.{operation}", self._allow) for operation in ("CreateService", "UpdateService")),
            *(
                (f"after-call.ecs.{operation}", lambda **_: self.take())
                for operation in ("CreateService", "UpdateService")
            ),
            ("after-call.ecs.DeregisterTaskDefinition", lambda **_: self.forget_inactive()),
            ("after-call.ecs.DeleteService", lambda **_: self.drain()),
        ]

    def attach(self, session: Session) -> None:
        """Stand behind the calls of one session."""
        for event, handler in self.handlers():
            session.client("ecs").meta.events.register(event, handler)

    @contextmanager
    def everywhere(self) -> Iterator[None]:
        """Stand behind the calls of every session that is opened meanwhile, as moto itself does."""
        added = self.handlers()
        botocore.handlers.BUILTIN_HANDLERS.extend(added)
        try:
            yield
        finally:
            for each in added:
                botocore.handlers.BUILTIN_HANDLERS.remove(each)

    def take(self) -> None:
        """A service that was given another task definition has another deployment at once; moto keeps the first one."""
        for service in list(self.backend.services.values()):  # another call's thread may add to them
            if service.status == "ACTIVE":
                self._primary(service)
                self._count(service)

    def forget_inactive(self) -> None:
        """A family without an active revision is neither listed nor described; moto does both."""
        for family, revisions in list(self.backend.task_definitions.items()):
            if all(each.status == "INACTIVE" for each in revisions.values()):
                del self.backend.task_definitions[family]

    def drain(self) -> None:
        """moto calls a deleted service inactive at once; on AWS it is DRAINING while its tasks end."""
        for service in list(self.backend.services.values()):
            if service.status == "INACTIVE" and self.live(service.name):
                service.status = "DRAINING"

    def turn(self, times: int = 1) -> None:
        """Let some time pass."""
        for _ in range(times):
            for task in list(self.tasks.values()):
                self._age(task)
            for service in list(self.backend.services.values()):
                self._schedule(service)

    def live(self, service: str) -> list[Made]:
        return [each for each in self.tasks.values() if each.group == f"service:{service}" and each.status in LIVE]

    def end_by_itself(self, task: Made, code: int) -> None:
        """Its process ends, now."""
        task.stop_code, task.reason = "EssentialContainerExited", "Essential container in task exited"
        self._end(task, code)

    def stop_by_hand(self, task: Made) -> None:
        self._stop(task, "UserInitiated", "Task stopped by user")

    # The calls ------------------------------------------------------------------------------------------------

    def _answer(self, model: Any, params: Mapping[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        asked = json.loads(params["body"])
        ok = types.SimpleNamespace(status_code=200)
        if model.name in self.denied:
            error = {"Code": "AccessDeniedException", "Message": f"not allowed: ecs:{model.name}"}
            return types.SimpleNamespace(status_code=400), {"Error": error, "ResponseMetadata": {}}
        answer = getattr(self, f"_{model.name}")(asked)
        report = ParamValidator().validate(answer, model.output_shape)
        assert not report.has_errors(), report.generate_report()
        return ok, {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}

    def _allow(self, params: Mapping[str, Any], **_: Any) -> tuple[Any, dict[str, Any]] | None:
        """moto drops whether a service allows to go into its tasks. ECS refuses that of tasks without a role."""
        asked = json.loads(params["body"])
        if "enableExecuteCommand" not in asked:
            return None
        definition = self.backend.describe_task_definition(asked["taskDefinition"])
        if asked["enableExecuteCommand"] and not getattr(definition, "task_role_arn", None):
            message = "The service couldn't be created because a valid taskRoleArn is not being used."
            error = {"Code": "InvalidParameterException", "Message": message}
            return types.SimpleNamespace(status_code=400), {"Error": error, "ResponseMetadata": {}}
        self.open[asked.get("serviceName") or asked["service"]] = asked["enableExecuteCommand"]
        return None

    def _ListTasks(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        wanted = asked.get("desiredStatus", "RUNNING")
        found = []
        for each in self.tasks.values():
            desired = "STOPPED" if each.stopping is not None or each.status == "STOPPED" else "RUNNING"
            family = each.definition.rpartition("/")[2].partition(":")[0]
            group = f"service:{asked['serviceName']}" if "serviceName" in asked else each.group
            asked_for = asked.get("family", family), asked.get("startedBy", each.started_by), group
            if desired == wanted and asked_for == (family, each.started_by, each.group):
                found.append(each.arn)
        return {"taskArns": found}

    def _DescribeTasks(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        ids = [arn.rpartition("/")[2] for arn in asked["tasks"]]
        assert len(ids) <= 100, "ECS describes 100 at most"
        return {"tasks": [describe(self.tasks[id]) for id in ids if id in self.tasks], "failures": []}

    def _RunTask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        for each in self.tasks.values():
            if asked.get("clientToken") and each.client_token == asked["clientToken"]:
                return {"tasks": [describe(each)], "failures": []}
        definition = self.backend.describe_task_definition(asked["taskDefinition"])
        self.run_tasks += 1
        program = self._program(definition)
        if program.refused == "RESOURCE:MEMORY":
            return {"tasks": [], "failures": [{"arn": f"{ARN}:container-instance/a", "reason": program.refused}]}
        made = self._start(f"family:{definition.family}", definition.arn, "")
        made.started_by, made.client_token = asked.get("startedBy", ""), asked.get("clientToken", "")
        return {"tasks": [describe(made)], "failures": []}

    def _StopTask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        task = self.tasks[asked["task"].rpartition("/")[2]]
        self._stop(task, "UserInitiated", asked.get("reason", "Task stopped by user"))
        return {"task": describe(task)}

    def _ListServiceDeployments(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        name = asked["service"].rpartition("/")[2]
        return {"serviceDeployments": self.deployments.get(name, [])[::-1][: asked.get("maxResults", 20)]}

    def _DescribeServiceRevisions(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        every = {each["targetServiceRevisionArn"]: each for made in self.deployments.values() for each in made}
        return {
            "serviceRevisions": [
                {"serviceRevisionArn": arn, "taskDefinition": arn.partition("#")[2]}
                for arn in asked["serviceRevisionArns"]
                if arn in every
            ],
            "failures": [],
        }

    # The rules ------------------------------------------------------------------------------------------------

    def _schedule(self, service: Any) -> None:
        if service.status != "ACTIVE":
            for each in self.live(service.name):
                self._stop(each, "ServiceSchedulerInitiated", "Scaling activity initiated by deployment")
            self._count(service)
            service.status = "DRAINING" if self.live(service.name) else "INACTIVE"
            return
        primary = self._primary(service)
        current = [each for each in self.live(service.name) if each.deployment == primary["id"]]
        old = [each for each in self.live(service.name) if each.deployment != primary["id"]]
        going = [each for each in current if each.stopping is None]
        if primary["rolloutState"] != "FAILED":
            for _ in range(service.desired_count - len(going)):
                self._start(f"service:{service.name}", primary["taskDefinition"], primary["id"])
        for each in going[service.desired_count :]:
            self._stop(each, "ServiceSchedulerInitiated", "Scaling activity initiated by deployment")
        well = [each for each in going if each.status == "RUNNING" and not each.program.sick and each.proven]
        if len(well) >= service.desired_count:
            for each in old:
                self._stop(each, "ServiceSchedulerInitiated", "Scaling activity initiated by deployment")
            if not old and primary["rolloutState"] == "IN_PROGRESS" and len(current) == service.desired_count:
                self._complete(service, primary)
        self._count(service)

    def _primary(self, service: Any) -> dict[str, Any]:
        """The newest deployment; a new one where the service was given another task definition."""
        made = self.deployments.setdefault(service.name, [])
        primary: dict[str, Any] = service.deployments[0]
        if primary["taskDefinition"] != service.task_definition:
            primary = self._deploy(service, service.task_definition)
        elif not made:
            primary["rolloutState"] = "IN_PROGRESS"
            self._record(service, primary)
        return primary

    def _deploy(self, service: Any, definition: str) -> dict[str, Any]:
        before = service.deployments[0]
        before["status"] = "ACTIVE"
        now = datetime.now(UTC)
        id = f"ecs-svc/{uuid.uuid4().int % 10**19}"
        primary = {
            **before,
            "id": id,
            "status": "PRIMARY",
            "taskDefinition": definition,
            "rolloutState": "IN_PROGRESS",
            "rolloutStateReason": f"ECS deployment {id} in progress.",
            "failedTasks": 0,
            "createdAt": now,
            "updatedAt": now,
        }
        service.deployments.insert(0, primary)
        service.task_definition = definition
        self._record(service, primary)
        return primary

    def _record(self, service: Any, primary: Mapping[str, Any]) -> None:
        made = self.deployments[service.name]
        if made and made[-1]["status"] == "IN_PROGRESS":
            made[-1]["status"] = "STOPPED"
        made.append(
            {
                "serviceDeploymentArn": f"{ARN}:service-deployment/{CLUSTER}/{service.name}/{len(made)}",
                "targetServiceRevisionArn": f"{ARN}:service-revision/{len(made)}#{primary['taskDefinition']}",
                "createdAt": datetime.now(UTC),
                "status": "IN_PROGRESS",
            }
        )

    def _complete(self, service: Any, primary: dict[str, Any]) -> None:
        primary["rolloutState"] = "COMPLETED"
        primary["rolloutStateReason"] = f"ECS deployment {primary['id']} completed."
        self.completed[service.name] = primary["taskDefinition"]
        record = self.deployments[service.name][-1]
        record["status"] = {"ROLLBACK_IN_PROGRESS": "ROLLBACK_SUCCESSFUL"}.get(record["status"], "SUCCESSFUL")

    def _fail(self, service: Any, primary: dict[str, Any]) -> None:
        """The circuit breaker."""
        reason = "ECS deployment circuit breaker: tasks failed to start."
        primary["rolloutState"], primary["rolloutStateReason"] = "FAILED", reason
        last = self.completed.get(service.name)
        if last is None or last == primary["taskDefinition"]:
            return
        record = self.deployments[service.name][-1]
        record["status"], record["statusReason"] = "ROLLBACK_IN_PROGRESS", reason
        back = next(each for each in service.deployments if each["taskDefinition"] == last)
        primary["status"], back["status"] = "ACTIVE", "PRIMARY"
        back["rolloutState"] = "IN_PROGRESS"
        back["rolloutStateReason"] = f"ECS deployment circuit breaker: rolling back to deploymentId {back['id']}."
        back["updatedAt"] = datetime.now(UTC)
        service.deployments.remove(back)
        service.deployments.insert(0, back)
        service.task_definition = last

    def _count(self, service: Any) -> None:
        """Bring the counts of moto's service up to date, and drop deployments that have no task any more."""
        for each in service.deployments:
            of = [task for task in self.live(service.name) if task.deployment == each["id"]]
            each["desiredCount"] = service.desired_count if each["status"] == "PRIMARY" else 0
            each["runningCount"] = sum(task.status != "PENDING" for task in of)
            each["pendingCount"] = sum(task.status == "PENDING" for task in of)
        service.deployments[:] = [
            each for each in service.deployments if each["status"] == "PRIMARY" or each["runningCount"]
        ]
        service.running_count = sum(each["runningCount"] for each in service.deployments)
        service.pending_count = sum(each["pendingCount"] for each in service.deployments)

    def _program(self, definition: Any) -> Program:
        return self.programs(definition.container_definitions[0])

    def _start(self, group: str, definition: str, deployment: str) -> Made:
        found = self.backend.describe_task_definition(definition)
        made = Made(
            id=self.ids.pop(0) if self.ids else uuid.uuid4().hex,
            group=group,
            definition=definition,
            container=found.container_definitions[0]["name"],
            program=self._program(found),
            deployment=deployment,
            open=self.open.get(group.removeprefix("service:"), False),
        )
        self.tasks[made.id] = made
        return made

    def _age(self, task: Made) -> None:
        if task.status == "STOPPED":
            return
        task.age += 1
        if task.stopping is not None:
            task.stopping -= 1
            if task.stopping <= 0:
                self._end(task, 143 if task.program.obeys <= 1 else 137)
        elif task.status == "PENDING" and task.age >= task.program.starts:
            if task.program.refused:
                task.stop_code, task.reason = "TaskFailedToStart", "Task failed to start"
                task.detail = task.program.refused
                self._end(task, None)
            else:
                task.status = "RUNNING"
                self.running(task)
        elif task.status == "RUNNING":
            lived = task.age - task.program.starts
            if task.program.sick and lived >= 2:
                self._stop(task, "ServiceSchedulerInitiated", "Task failed container health checks")
                self._blame(task)
            elif task.program.lives is not None and lived >= task.program.lives:
                task.stop_code, task.reason = "EssentialContainerExited", "Essential container in task exited"
                task.detail = (
                    "OutOfMemoryError: Container killed due to memory usage" if task.program.oom_killed else ""
                )
                self.end_by_itself(task, task.program.code)

    def _stop(self, task: Made, code: str, reason: str) -> None:
        if task.stopping is None and task.status != "STOPPED":
            task.stopping, task.stop_code, task.reason = task.program.obeys, code, reason
            task.status = "STOPPING" if task.status == "RUNNING" else task.status

    def _end(self, task: Made, code: int | None) -> None:
        never_ran = task.status == "PENDING"
        task.status, task.code = "STOPPED", code
        at_once = task.stop_code == "EssentialContainerExited" and task.program.lives == 0
        if task.stop_code == "TaskFailedToStart" or at_once or (never_ran and task.stopping is None):
            self._blame(task)

    def _blame(self, task: Made) -> None:
        """One more failed task of its deployment."""
        service = next(
            (each for each in list(self.backend.services.values()) if f"service:{each.name}" == task.group), None
        )
        if service is None or service.deployments[0]["id"] != task.deployment:
            return
        primary = service.deployments[0]
        primary["failedTasks"] += 1
        if self.breaker and primary["failedTasks"] >= 3 and primary["rolloutState"] == "IN_PROGRESS":
            self._fail(service, primary)


def describe(task: Made) -> dict[str, Any]:
    """As DescribeTasks has it."""
    container: dict[str, Any] = {"name": task.container, "lastStatus": task.status, "runtimeId": f"{task.id}-1"}
    if task.open:
        agent = {"name": "ExecuteCommandAgent", "lastStatus": task.agent, "reason": task.agent_reason}
        container["managedAgents"] = [agent]
    if task.code is not None:
        container["exitCode"] = task.code
    if task.detail:
        container["reason"] = task.detail
    described: dict[str, Any] = {
        "taskArn": task.arn,
        "clusterArn": f"{ARN}:cluster/{CLUSTER}",
        "taskDefinitionArn": task.definition,
        "group": task.group,
        "enableExecuteCommand": task.open,
        "lastStatus": task.status,
        "desiredStatus": "STOPPED" if task.stopping is not None or task.status == "STOPPED" else "RUNNING",
        "createdAt": task.created,
        "healthStatus": "UNHEALTHY" if task.program.sick and task.status == "RUNNING" else "UNKNOWN",
        "containers": [container],
        "startedBy": task.started_by,
    }
    if task.status in ("RUNNING", "STOPPING") or task.code is not None:
        described["startedAt"] = task.created
        described["attachments"] = [
            {
                "type": "ElasticNetworkInterface",
                "details": [{"name": "privateIPv4Address", "value": "10.0.1.7"}],
            }
        ]
    if task.stop_code:
        described |= {"stopCode": task.stop_code, "stoppedReason": task.reason}
    if task.status == "STOPPED":
        described["stoppedAt"] = task.created + timedelta(seconds=task.age)
    return described

"""A stand-in for the machines of ECS, inside moto's server: a task that is run alone is a container of this machine's
Docker, with the definition's command and variables, its true exit code, and what it prints in CloudWatch's stead.

moto keeps task definitions and services as AWS does, and runs none. Services are said to run what their stack has given
them, and to be steady: no task of one is started.
"""

import json
import os
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.ecs.models import ecs_backends
from moto.logs.models import logs_backends
from moto.secretsmanager.models import secretsmanager_backends

from support import docker_room

REGION = "eu-central-1"
TARGET = "AmazonEC2ContainerServiceV20141113."
LABEL = "t-ecs"
"""Of the containers, with the name of the server that has run them."""


@dataclass(slots=True, kw_only=True)
class Ran:
    """One task. `printed` lines of its container are in its log stream."""

    arn: str
    container: str
    asked: Mapping[str, Any]
    definition: Any
    printed: int = 0


class DockerTasks:
    """The tasks of one account. `server` names it on the containers."""

    def __init__(self, server: str, account: str) -> None:
        self._server = server
        self._account = account
        self._lock = threading.Lock()
        self._tasks: dict[str, Ran] = {}

    def answer(self, target: str, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        """What ECS says to a call, None for a call that moto has an answer to."""
        handlers = {
            "RunTask": self._run,
            "ListTasks": self._list,
            "DescribeTasks": self._describe,
            "StopTask": self._stop,
            "DescribeServices": self._services,
        }
        handler = handlers.get(target.removeprefix(TARGET)) if target.startswith(TARGET) else None
        if handler is None:
            return None
        with self._lock:
            return handler(asked)

    @property
    def _ecs(self) -> Any:
        return ecs_backends[self._account][REGION]

    def _run(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        again = next((each for each in self._tasks.values() if each.asked["clientToken"] == asked["clientToken"]), None)
        if again is None:
            definition = self._ecs.describe_task_definition(asked["taskDefinition"])
            id = uuid.uuid4().hex
            arn = f"arn:aws:ecs:{REGION}:{self._account}:task/{asked['cluster']}/{id}"
            container = self._start(id, definition.container_definitions[0])
            again = self._tasks[arn] = Ran(arn=arn, container=container, asked=asked, definition=definition)
        return {"tasks": [self._look(again)], "failures": []}

    def _start(self, id: str, described: Mapping[str, Any]) -> str:
        """The values go by the environment of docker's own command: its arguments are everybody's to read."""
        given = {each["name"]: self._open(each["valueFrom"]) for each in described.get("secrets", ())}
        given |= {each["name"]: each["value"] for each in described.get("environment", ())}
        words = [word for name in given for word in ("--env", name)]
        entry = described["entryPoint"]
        command = [
            "docker", "run", "--detach", "--name", f"{LABEL}-{id}", "--label", f"{LABEL}={self._server}", *words,
            "--entrypoint", entry[0], described["image"].rpartition("@")[2], *entry[1:], *described["command"],
        ]  # fmt: skip
        done = subprocess.run(command, env={**os.environ, **given}, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def _open(self, reference: str) -> str:
        """A value by `ARN:KEY:STAGE:VERSION`, as ECS takes it out of a secret."""
        arn, key, _, version = reference.rsplit(":", 3)
        secret = secretsmanager_backends[self._account][REGION].get_secret_value(arn, version, "")
        return str(json.loads(secret["SecretString"])[key])

    def _list(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        wanted = asked.get("desiredStatus", "RUNNING")
        found = [
            each.arn
            for each in self._tasks.values()
            if asked.get("family", each.definition.family) == each.definition.family
            and each.asked["cluster"] == asked["cluster"]
            and self._look(each)["desiredStatus"] == wanted
        ]
        return {"taskArns": found}

    def _describe(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"tasks": [self._look(self._tasks[arn]) for arn in asked["tasks"] if arn in self._tasks], "failures": []}

    def _stop(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        task = self._tasks[asked["task"]]
        docker_room.docker("stop", task.container)
        return {"task": self._look(task)}

    def _look(self, task: Ran) -> dict[str, Any]:
        """As DescribeTasks has it, with its lines brought to the log."""
        self._print(task)
        state = docker_room.inspect(task.container)["State"]
        ended = state["Status"] == "exited"
        container = {"name": task.definition.container_definitions[0]["name"]}
        described: dict[str, Any] = {
            "taskArn": task.arn,
            "taskDefinitionArn": task.definition.arn,
            "lastStatus": "STOPPED" if ended else "RUNNING",
            "desiredStatus": "STOPPED" if ended else "RUNNING",
            "createdAt": seconds(state["StartedAt"]),
            "startedAt": seconds(state["StartedAt"]),
            "startedBy": task.asked.get("startedBy", ""),
            "containers": [{**container, "exitCode": state["ExitCode"]} if ended else container],
        }
        if ended:
            described |= {
                "stopCode": "EssentialContainerExited",
                "stoppedReason": "Essential container in task exited",
                "stoppedAt": seconds(state["FinishedAt"]),
            }
        return described

    def _print(self, task: Ran) -> None:
        """What it has printed since, as the driver awslogs writes it: `PREFIX/CONTAINER/TASK`."""
        container = task.definition.container_definitions[0]
        options = container["logConfiguration"]["options"]
        group = logs_backends[self._account][REGION].groups[options["awslogs-group"]]
        stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{task.arn.rpartition('/')[2]}"
        if stream not in group.streams:
            group.create_log_stream(stream)
        logs = ["docker", "logs", task.container]
        done = subprocess.run(logs, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        lines = done.stdout.splitlines()
        at = int(time.time() * 1000)
        group.streams[stream].put_log_events([{"timestamp": at, "message": line} for line in lines[task.printed :]])
        task.printed = len(lines)

    def _services(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Each runs what its stack has given it."""
        found, failures = self._ecs.describe_services(asked["cluster"], asked["services"])
        return {"services": [self._steady(each) for each in found], "failures": failures}

    def _steady(self, service: Any) -> dict[str, Any]:
        desired, family = service.desired_count, service.task_definition.rpartition("/")[2].partition(":")[0]
        newest = max(self._ecs.task_definitions[family])
        primary = {
            "id": "ecs-svc/1",
            "status": "PRIMARY",
            "taskDefinition": self._ecs.task_definitions[family][newest].arn,
            "rolloutState": "COMPLETED",
            "desiredCount": desired,
            "runningCount": desired,
            "pendingCount": 0,
        }
        return {
            "serviceName": service.name,
            "status": "ACTIVE",
            "desiredCount": desired,
            "runningCount": desired,
            "pendingCount": 0,
            "deployments": [primary],
        }


def seconds(text: str) -> float:
    """Docker's time in seconds since the epoch, as ECS's JSON has it."""
    return datetime.fromisoformat(f"{text[:26].rstrip('Z')}+00:00").timestamp()

"""An account with a cluster in moto, a scheduler over it, and the adapter on both."""

import json
import time
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moto import mock_aws
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.logs.models import logs_backends
from moto.secretsmanager.models import secretsmanager_backends

from fairway.adapters.aws.session import Session
from fairway.adapters.ecs.engine import EcsEngine
from fairway.adapters.ecs.places import Place, Places
from support.ecs_scheduler import ACCOUNT, CLUSTER, REGION, Program, Scheduler

INSTANCE = "i1a2b3c4"
GROUP = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/shop/0123456789abcdef"
LOGS = "/fairway/tasks"


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsRoom:
    """`calls` counts what the session called."""

    session: Session
    scheduler: Scheduler
    places: Places

    def engine(self, instance: str = INSTANCE) -> EcsEngine:
        """A new one, as after a restart of the server."""
        return EcsEngine(self.session, self.places, instance)

    def prints(self, stream: str, *lines: str) -> None:
        """A container prints, now."""
        group, at = logs_backends[ACCOUNT][REGION].groups[LOGS], int(time.time() * 1000)
        if stream not in group.streams:
            group.create_log_stream(stream)
        events = [{"timestamp": at, "message": line} for line in lines]
        group.streams[stream].put_log_events(events)

    def calls(self, action: str = "") -> int:
        return sum(count for name, count in self.session.calls.items() if name.startswith(action))


@contextmanager
def open_room(programs: Callable[[Mapping[str, Any]], Program] = lambda made: Program()) -> Iterator[EcsRoom]:
    """Everything in it is gone afterwards."""
    with mock_aws():
        session = Session(REGION)
        # By moto's own hands: a client for each of these services would take longer than the test.
        ecs_backends[ACCOUNT][REGION].create_cluster(CLUSTER)
        logs_backends[ACCOUNT][REGION].create_log_group(LOGS, {})
        guard = ec2_backends[ACCOUNT][REGION].describe_security_groups()[0].id
        subnet = ec2_backends[ACCOUNT][REGION].describe_subnets()[0].id
        scheduler = Scheduler(ecs_backends[ACCOUNT][REGION], programs)
        scheduler.attach(session)
        place = Place(
            cluster=CLUSTER,
            subnets=(subnet,),
            security_groups=(guard,),
            execution_role=f"arn:aws:iam::{ACCOUNT}:role/execution",
            log_group=LOGS,
            task_role=f"arn:aws:iam::{ACCOUNT}:role/tasks",
            target_group=GROUP,
        )
        session.client("secretsmanager").meta.events.register(
            "before-call.secrets-manager.PutSecretValue", refuse_deleted
        )
        session.calls.clear()
        yield EcsRoom(session=session, scheduler=scheduler, places=Places(region=REGION, usual=place))


def refuse_deleted(params: Mapping[str, Any], **_: Any) -> tuple[Any, dict[str, Any]] | None:
    """Secrets Manager puts nothing into a secret that was deleted a while ago; moto does."""
    name = json.loads(params["body"])["SecretId"]
    found = secretsmanager_backends[ACCOUNT][REGION].secrets.get(name)
    if found is None or not found.is_deleted():
        return None
    error = {"Code": "InvalidRequestException", "Message": f"{name} was marked for deletion"}
    return types.SimpleNamespace(status_code=400), {"Error": error, "ResponseMetadata": {}}

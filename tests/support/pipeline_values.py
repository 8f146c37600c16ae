"""Values that the tests of the stores, the pipeline and the deployments are about."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.domain.app import Environment, Mode, Rollout, Service
from fairway.domain.desired import DesiredEnvironment, DesiredService, TaskSpec
from fairway.domain.execution import Revision, Trigger
from fairway.domain.health import CommandCheck, HttpCheck, Timing
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName
from fairway.domain.image import Image
from fairway.domain.pipeline import Approval, Definition, Duty, plain
from fairway.domain.release import Release

APP = AppName("shop-api")
PRODUCTION = EnvironmentName("production")
STAGING = EnvironmentName("staging")
PUSH = Trigger(kind="push", by="ada")
REVISION = Revision(commit="9c1f2e7" + "0" * 33, subject="Add coupons", branch="master", author="Ada")
IMAGE = Image(repository="localhost:7879/shop-api", digest="sha256:" + "1c" * 32, size=84_000_000)
WEB = Service(
    name=ServiceName("web"), port=3000, replicas=2, health=HttpCheck(path="/healthz", timing=Timing(retries=5))
)
WORKER = Service(name=ServiceName("worker"), command=("node", "worker.js"), health=CommandCheck(command=("true",)))
DESCRIPTION = Environment(
    name=PRODUCTION, services=(WEB, WORKER), domains=("api.example.com",), rollout=Rollout(bake=10.0)
)


def define(names: Sequence[str], *, mode: Mode = Mode.SUPERSEDED, approvals: Sequence[str] = ()) -> Definition:
    """Stages by name; those in `approvals` have an approval in front of their duty."""
    behind = (Approval(), Duty(name="deploy", order=2))
    stages = (replace(each, actions=behind) if each.name in approvals else each for each in plain(names))
    return Definition(stages=tuple(stages), mode=mode)


def make_release(environment: EnvironmentName = PRODUCTION, **changes: object) -> Release:
    values: dict[str, object] = {
        "app": APP,
        "number": ReleaseNumber(0),
        "environment": environment,
        "image": IMAGE,
        "configuration": 3,
        "description": DESCRIPTION,
        "commit": REVISION.commit,
        "subject": REVISION.subject,
        "execution": None,
        "created_at": 100.0,
    }
    return Release(**{**values, **changes})  # type: ignore[arg-type]


def make_spec(service: Service = WEB, deployment: int = 1, release: int = 1) -> TaskSpec:
    return TaskSpec(
        app=APP,
        environment=PRODUCTION,
        service=service.name,
        release=ReleaseNumber(release),
        deployment=DeploymentId(deployment),
        image=IMAGE,
        configuration=3,
        command=service.command,
        port=service.port,
        port_declared=service.port_declared,
        cpu=service.cpu,
        memory=service.memory,
        stop_timeout=service.stop_timeout,
        stop_signal=service.stop_signal,
        health=service.health,
    )


def make_desired(version: int = 0) -> DesiredEnvironment:
    services = tuple(
        DesiredService(spec=make_spec(service), replicas=service.replicas, rollout=DESCRIPTION.rollout)
        for service in (WEB, WORKER)
    )
    return DesiredEnvironment(
        app=APP, environment=PRODUCTION, services=services, hosts=("api.example.com",), version=version
    )

"""The projects of CodeBuild, one for each stage that runs something: the build, and each environment's deployment; and
one for the actions of one's own that an environment has.

Each has a role and a log group of its own; what it leaves is encrypted with the account's own aws/s3 key. The build
runs Docker, for which CodeBuild gives it a privileged container, and so do that of a pull request and a deployment with
migrations; the others don't.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from troposphere import GetAtt, Ref, Template, codebuild, logs

from fairway.cloudformation import argued, asked, wires
from fairway.cloudformation.pipeline import buildspec, guarded
from fairway.cloudformation.roles import permissions
from fairway.domain.app import App, Environment
from fairway.domain.aws import acting, names, pipelining
from fairway.domain.aws.wanted import Architecture
from fairway.domain.migrations import CopyBy
from fairway.domain.pipeline import LONGEST_TRIED

IMAGES = {
    Architecture.X86_64: ("LINUX_CONTAINER", "aws/codebuild/amazonlinux-x86_64-standard:5.0"),
    Architecture.ARM64: ("ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:3.0"),
}
"""CodeBuild's kind of machine and its own image, by what the app's image is built for: BuildKit builds natively."""
SMALL, MEDIUM = "BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM"
"""2 CPUs with 4 GB, 4 CPUs with 8 GB: in the larger one a compiler and BuildKit have room beside each other."""
SHORTEST, LONGEST = 5, 2160
"""Minutes of a build (`timeoutInMinutes`)."""
AROUND = 10
"""Minutes for installing Fairway, the login and the push, besides the build's own time-out."""
DEPLOY = 240
"""Minutes. `fairway stage deploy` gives a stack 3.5 hours (CloudFormation gives ECS three), and must outlast them."""
GUARD, COMMANDS = 120, 4
"""Minutes for a backup, its copy and the trials; and how often a migration's command may take all of its time: on the
copy there, back and there again, and on the database."""
COPIES = 360
"""Minutes more where RDS copies the database: for a snapshot, an instance, and one more of a release that fails."""
START = 20
"""Minutes for a command's task to start, which is given 15, and for its last lines."""
QUEUED = 60
"""Minutes for a machine."""
LOG_DAYS = 90
STACK_ROLE = "FAIRWAY_STACK_ROLE"
"""The variable by which `fairway stage deploy` is told the role that CloudFormation works under."""


def add_build(template: Template, app: App, version: str, role: str) -> None:
    """The project `BuildProject`, which works under the role of that logical id."""
    kind, image = IMAGES[pipelining.architecture(app)]
    _add(
        template,
        app,
        "build",
        role,
        spec=buildspec.build(version),
        machine=codebuild.Environment(Type=kind, Image=image, ComputeType=MEDIUM, PrivilegedMode=True),
        minutes=min(LONGEST, max(SHORTEST, math.ceil(app.build.timeout / 60) + AROUND)),
        cache=codebuild.ProjectCache(Type="LOCAL", Modes=["LOCAL_DOCKER_LAYER_CACHE", "LOCAL_SOURCE_CACHE"]),
    )


def add_pull_request(template: Template, app: App, version: str, role: str) -> None:
    """The project `PullRequestProject`, which tries the head of a pull request. It keeps no cache: what a stranger's
    build has left is nothing for the next one."""
    kind, image = IMAGES[pipelining.architecture(app)]
    _add(
        template,
        app,
        permissions.PULL_REQUEST,
        role,
        spec=buildspec.attempt(version),
        machine=codebuild.Environment(Type=kind, Image=image, ComputeType=MEDIUM, PrivilegedMode=True),
        minutes=math.ceil(LONGEST_TRIED / 60) + AROUND,
        cache=codebuild.ProjectCache(Type="NO_CACHE"),
    )


def add_deploy(template: Template, app: App, environment: Environment, version: str, role: str) -> None:
    """The project of an environment's deployment: `DeployProductionProject`. With migrations it runs what the app's
    image has, so it has the app's processor."""
    migrations = environment.migrations
    kind, image = IMAGES[Architecture.X86_64 if migrations is None else pipelining.architecture(app)]
    size, minutes, place = SMALL, DEPLOY, dict[str, Any]()
    if migrations is not None:
        commands = COMMANDS * math.ceil(migrations.timeout / 60)
        copies = COPIES if migrations.copy_by is CopyBy.SNAPSHOT else 0
        size, minutes = MEDIUM, min(LONGEST, DEPLOY + GUARD + copies + commands)
        place = {"VpcConfig": guarded.network(environment)}
    _add(
        template,
        app,
        f"deploy-{environment.name}",
        role,
        spec=buildspec.deploy(version, environment.name),
        machine=codebuild.Environment(Type=kind, Image=image, ComputeType=size, PrivilegedMode=migrations is not None),
        variables={STACK_ROLE: Ref(wires.services_role(environment.name))},
        minutes=minutes,
        cache=codebuild.ProjectCache(Type="NO_CACHE"),
        **place,
    )


def add_actions(template: Template, app: App, environment: Environment, version: str, role: str) -> None:
    """The project of an environment's own actions: `ActProductionProject`. No code of the app runs in it."""
    longest = max(each.action.timeout for each in environment.actions)
    start = START if acting.commands(environment) else 0
    kind, image = IMAGES[Architecture.X86_64]
    _add(
        template,
        app,
        permissions.actions(environment),
        role,
        spec=buildspec.act(version, environment.name),
        machine=codebuild.Environment(Type=kind, Image=image, ComputeType=SMALL, PrivilegedMode=False),
        minutes=min(LONGEST, math.ceil(longest / 60) + AROUND + start),
        cache=codebuild.ProjectCache(Type="NO_CACHE"),
    )


def _add(
    template: Template,
    app: App,
    stage: str,
    role: str,
    *,
    spec: str,
    machine: codebuild.Environment,
    minutes: int,
    cache: codebuild.ProjectCache,
    variables: Mapping[str, Any] = MappingProxyType({}),
    **properties: Any,
) -> None:
    group = names.logical(stage, "logs")
    machine.EnvironmentVariables = [
        codebuild.EnvironmentVariable(Name=name, Value=value)
        for name, value in {"PYTHONUNBUFFERED": "1", **variables}.items()
    ]
    template.add_resource(
        logs.LogGroup(
            group,
            LogGroupName=f"/fairway/{app.name}/{stage}",
            RetentionInDays=LOG_DAYS,
            Metadata=argued.exceptions(argued.LOGS_KEY),
        )
    )
    template.add_resource(
        codebuild.Project(
            names.logical(stage, "project"),
            Name=names.project(app.name, stage),
            Description=f"{asked.aws(app).repository.name}: {stage}, by Fairway",
            ServiceRole=GetAtt(role, "Arn"),
            Source=codebuild.Source(Type="CODEPIPELINE", BuildSpec=spec),
            Artifacts=codebuild.Artifacts(Type="CODEPIPELINE"),
            Environment=machine,
            Cache=cache,
            LogsConfig=codebuild.LogsConfig(
                CloudWatchLogs=codebuild.CloudWatchLogs(Status="ENABLED", GroupName=Ref(group))
            ),
            TimeoutInMinutes=minutes,
            QueuedTimeoutInMinutes=QUEUED,
            **properties,
        )
    )

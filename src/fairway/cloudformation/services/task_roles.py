"""The two roles of an environment's tasks: what ECS may do so that they start, and what they may do themselves.

All services and jobs have the same image and the same variables, so they have the same roles. An app that is to reach
a bucket or a queue gets a policy of the user's own on the task role.
"""

from typing import Any

from troposphere import GetAtt, Ref, Template, iam

from fairway.cloudformation import wires
from fairway.cloudformation.roles.permissions import arn
from fairway.cloudformation.services import loggroups
from fairway.cloudformation.services.place import Place
from fairway.domain.aws import names

EXECUTION, TASK = "ExecutionRole", "TaskRole"
UNNAMED = "ecr:GetAuthorizationToken"
"""The service authorization reference of ECR names no resource for it: the token is of the registry as a whole, and
opens what its holder's policy opens."""
WRITE_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
CHANNELS = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""What "Task role permissions for ECS Exec" asks for. The service authorization reference names no resource for these;
they reach nothing but the session of whoever runs exec."""


def add(template: Template, place: Place) -> None:
    """Both roles."""
    template.add_resource(
        iam.Role(
            EXECUTION,
            Path=place.role_path,
            AssumeRolePolicyDocument=assumed_by_tasks(),
            Policies=[iam.Policy(PolicyName="start", PolicyDocument=_start(place))],
        )
    )
    template.add_resource(
        iam.Role(
            TASK,
            Path=place.role_path,
            AssumeRolePolicyDocument=assumed_by_tasks(),
            Policies=[iam.Policy(PolicyName="exec", PolicyDocument=document(allow(CHANNELS, "*")))],
        )
    )


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy's document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: str | tuple[str, ...], resource: Any, condition: dict[str, Any] | None = None) -> dict[str, Any]:
    """A statement."""
    named = actions if isinstance(actions, str) else list(actions)
    found = {"Effect": "Allow", "Action": named, "Resource": resource}
    return found if condition is None else {**found, "Condition": condition}


def assumed_by_tasks() -> dict[str, Any]:
    """ECS takes the role for tasks of this account, and for no other's ("confused deputy")."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}},
        }
    )


def fetch_images() -> tuple[dict[str, Any], ...]:
    """The statements by which ECS fetches images of the app's repository."""
    layers = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
    return allow(UNNAMED, "*"), allow(layers, Ref(wires.REPOSITORY_ARN))


def start_errand(place: Place, logs: str) -> dict[str, Any]:
    """What ECS may do so that a task starts which a stage runs once: fetch images of this repository, read the
    variables of such jobs, write the log group of that logical id."""
    secrets = f"secret:{names.job_secret(place.app.name, place.environment.name)}-??????"
    return document(
        *fetch_images(),
        allow(WRITE_LOGS, GetAtt(logs, "Arn")),
        allow("secretsmanager:GetSecretValue", arn("secretsmanager", secrets)),
    )


def _start(place: Place) -> dict[str, Any]:
    """Fetch images of this repository, read these secrets, write these logs."""
    written = [GetAtt(loggroups.logical(part), "Arn") for part in place.parts]
    secrets = [Ref(wires.url_secret(each.name)) for each in place.environment.databases]
    if place.variables:
        secrets.insert(0, Ref(wires.CONFIGURATION))
    read = [allow("secretsmanager:GetSecretValue", secrets)] if secrets else []
    return document(
        *fetch_images(),
        allow(WRITE_LOGS, written),
        *read,
    )

"""What a stage may do that runs a task of ECS once: a migration's, or a command of one's own.

It makes the task's definition and a secret with its variables, starts it, follows it, and takes both back.
"""

from collections.abc import Callable
from dataclasses import dataclass

from troposphere import Ref

from fairway.cloudformation.roles.permissions import EVERYTHING, Statement, arn
from fairway.domain.app import App, Environment
from fairway.domain.aws import names

TASKS = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
A_JOB = {"StringLike": {"aws:ResourceTag/fairway:job": "*"}}
"""The tag that such a task has, and no task of a service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """`who` runs `what`, in words. `family` gives the pattern of its definitions' families for an app and an
    environment, `roles` the parameters with the ARNs of the task's two roles. `ends` says why it is stopped."""

    who: str
    what: str
    family: Callable[[str, str], str]
    roles: tuple[Callable[[str], str], ...]
    ends: str = ""


def run(app: App, environment: Environment, errand: Errand) -> tuple[Statement, ...]:
    """The statements, but for those by which it looks at the task and its lines."""
    return (*_task(app, environment, errand), *_variables(app, environment, errand))


def _task(app: App, environment: Environment, errand: Errand) -> tuple[Statement, ...]:
    where = names.cluster(app.name, environment.name)
    definitions = arn("ecs", f"task-definition/{errand.family(app.name, environment.name)}")
    tasks = arn("ecs", f"task/{where}/*")
    return (
        Statement(
            name="Define",
            why=f"{errand.who} defines {errand.what}",
            actions=("ecs:RegisterTaskDefinition",),
            resources=(definitions,),
        ),
        Statement(
            name="Definitions",
            why=f"{errand.who} finds {errand.what} again, and takes its definition back; AWS knows no resources for "
            "these calls",
            actions=("ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitionFamilies"),
            resources=(EVERYTHING,),
        ),
        Statement(
            name="Run",
            why=f"{errand.who} starts {errand.what}, once, in the environment's cluster",
            actions=("ecs:RunTask",),
            resources=(definitions,),
            conditions={"ArnEquals": {"ecs:cluster": arn("ecs", f"cluster/{where}")}},
        ),
        Statement(
            name="TagTask",
            why="the definition and its task have tags from the beginning, by which they are known again",
            actions=("ecs:TagResource",),
            resources=(definitions, tasks),
            conditions={"StringEquals": {"ecs:CreateAction": ["RegisterTaskDefinition", "RunTask"]}},
        ),
        Statement(
            name="Stop",
            why=errand.ends or f"{errand.who} ends {errand.what} when its time is over",
            actions=("ecs:StopTask",),
            resources=(tasks,),
            conditions=A_JOB,
        ),
        Statement(
            name="TaskRoles",
            why=f"the definition names the role by which ECS starts {errand.what}, and that of the app",
            actions=("iam:PassRole",),
            resources=tuple(Ref(each(environment.name)) for each in errand.roles),
            conditions=TASKS,
        ),
    )


def _variables(app: App, environment: Environment, errand: Errand) -> tuple[Statement, ...]:
    return (
        Statement(
            name="JobSecret",
            # One that is not there yet is asked for by its name alone, which has no six characters of AWS's at its end.
            why=f"the variables of {errand.what} lie in a secret of its own, until it has ended",
            actions=(
                "secretsmanager:CreateSecret",
                "secretsmanager:DeleteSecret",
                "secretsmanager:DescribeSecret",
                "secretsmanager:PutSecretValue",
                "secretsmanager:RestoreSecret",
                "secretsmanager:TagResource",
                "secretsmanager:UpdateSecretVersionStage",
            ),
            resources=(arn("secretsmanager", f"secret:{names.job_secret(app.name, environment.name)}*"),),
        ),
    )

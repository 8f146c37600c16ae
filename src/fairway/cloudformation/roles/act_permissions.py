"""What the actions of an environment may do besides, where one of them is a command: run it as a task of ECS, once."""

from fairway.cloudformation import wires
from fairway.cloudformation.roles import errands, permissions
from fairway.cloudformation.roles.errands import Errand
from fairway.cloudformation.roles.permissions import EVERYTHING, Statement, arn
from fairway.cloudformation.services import acting
from fairway.domain.app import App, Environment
from fairway.domain.aws import names
from fairway.domain.aws.acting import commands
from fairway.domain.aws.stack import Kind

COMMAND = Errand(
    who="`fairway stage action`",
    what="the command's task",
    family=names.actions,
    roles=(wires.action_role, wires.action_task_role),
)


def act(app: App, environment: Environment) -> tuple[Statement, ...]:
    """All that they may."""
    own = permissions.act(app, environment)
    return (*own, *_run(app, environment)) if commands(environment) else own


def _run(app: App, environment: Environment) -> tuple[Statement, ...]:
    where = names.cluster(app.name, environment.name)
    urls = tuple(
        arn("secretsmanager", f"secret:{names.secret(app.name, environment.name)}/{each.name}-??????")
        for each in environment.databases
    )
    reached = Statement(
        name="Databases",
        why="`fairway stage action` gives a command the addresses of the environment's databases",
        actions=("secretsmanager:GetSecretValue",),
        resources=urls,
    )
    return (
        *((reached,) if urls else ()),
        Statement(
            name="Place",
            why="`fairway stage action` reads where the services' tasks run",
            actions=("cloudformation:DescribeStacks",),
            resources=(arn("cloudformation", f"stack/{names.stack(app.name, Kind.SERVICES, environment.name)}/*"),),
        ),
        *errands.run(app, environment, COMMAND),
        Statement(
            name="Task",
            why="`fairway stage action` follows the command's task to its end",
            actions=("ecs:DescribeTasks",),
            resources=(arn("ecs", f"task/{where}/*"),),
        ),
        Statement(
            name="Tasks",
            why="`fairway stage action` finds the command's task",
            actions=("ecs:ListTasks",),
            # Of which cluster is a condition: the resource of this call is the instances that a list is narrowed to.
            resources=(EVERYTHING,),
            conditions={"ArnEquals": {"ecs:cluster": arn("ecs", f"cluster/{where}")}},
        ),
        Statement(
            name="Output",
            why="`fairway stage action` prints what the command prints",
            actions=("logs:GetLogEvents",),
            resources=(arn("logs", f"log-group:{names.log_group(app.name, environment.name, acting.LOG)}:*"),),
        ),
    )

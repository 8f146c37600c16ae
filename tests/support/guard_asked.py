"""What IAM is asked for each call of AWS that a deployment with migrations makes: `stage_calls.asked_of`, and more."""

from collections.abc import Iterator, Mapping
from typing import Any

from fairway.cloudformation import wires
from support import stage_calls
from support.stage_calls import HERE

Asked = tuple[str, str, Mapping[str, str]]
"""An action, a resource, and the keys that conditions are held against."""
RENAMED = {"s3:HeadObject": "s3:GetObject"}
"""Calls that IAM knows by another name, and the session does not."""
EVERYWHERE = ("ecs:DescribeTaskDefinition", "ecs:DeregisterTaskDefinition", "ecs:ListTaskDefinitionFamilies")
"""Calls that AWS knows no resources for."""


def asked_of(
    action: str, parameters: Mapping[str, Any], environment: str, outputs: Mapping[str, str]
) -> Iterator[Asked]:
    """Each that is asked for. `outputs` are those of the environment's stacks; what one of them names is called after
    the parameter by which a template takes it, as `support.iam` does. Raises AssertionError for a call that is not
    known here."""
    given = {
        outputs[wires.BACKUP_KEY]: parameter(wires.backup_key(environment)),
        outputs[wires.MIGRATION_ROLE]: parameter(wires.migration_role(environment)),
        outputs[wires.MIGRATION_TASK_ROLE]: parameter(wires.migration_task_role(environment)),
    }
    service, _, operation = action.partition(":")
    if service == "rds":
        for resource, context in of_rds(operation, parameters, environment, outputs):
            yield action, resource, context
        if parameters.get("Tags"):
            made = parameters["DBSnapshotIdentifier" if operation == "CreateDBSnapshot" else "DBInstanceIdentifier"]
            kind = "snapshot" if operation == "CreateDBSnapshot" else "db"
            yield "rds:AddTagsToResource", f"arn:aws:rds:{HERE}:{kind}:{made}", {}
        return
    if action in EVERYWHERE:
        yield action, "*", {}
    elif service == "dynamodb":
        assert parameters["TableName"] == outputs[wires.PASSAGES]
        yield action, parameter(wires.passages(environment)), {}
    elif service == "s3" and parameters["Bucket"] == outputs[wires.BACKUPS]:
        file = f"/{parameters['Key']}" if "Key" in parameters else ""
        yield RENAMED.get(action, action), parameter(wires.backups(environment)) + file, {}
    elif service == "secretsmanager" and ("Name" in parameters or parameters["SecretId"].startswith("arn:")):
        yield from of_secret(action, parameters, given)
    elif operation in ("RegisterTaskDefinition", "RunTask"):
        yield from of_task(action, parameters, given)
    else:
        for resource, context in stage_calls.asked_of(action, parameters):
            yield action, resource, context


def of_secret(action: str, parameters: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[Asked]:
    """One that is made is asked for by its name alone."""
    named = parameters.get("SecretId") or f"arn:aws:secretsmanager:{HERE}:secret:{parameters['Name']}"
    yield action, given.get(named, named), {}
    if parameters.get("Tags"):
        yield "secretsmanager:TagResource", named, {}


def of_task(action: str, parameters: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[Asked]:
    """What is made has tags from the beginning, and roles are passed to it."""
    created = {"ecs:CreateAction": action.partition(":")[2]}
    if action == "ecs:RunTask":
        cluster = parameters["cluster"]
        yield action, parameters["taskDefinition"], {"ecs:cluster": f"arn:aws:ecs:{HERE}:cluster/{cluster}"}
        yield "ecs:TagResource", f"arn:aws:ecs:{HERE}:task/{cluster}/1a2b", created
        return
    definition = f"arn:aws:ecs:{HERE}:task-definition/{parameters['family']}:1"
    yield action, definition, {}
    yield "ecs:TagResource", definition, created
    for role in ("executionRoleArn", "taskRoleArn"):
        yield "iam:PassRole", given[parameters[role]], {"iam:PassedToService": "ecs-tasks.amazonaws.com"}


def of_rds(
    operation: str, parameters: Mapping[str, Any], environment: str, outputs: Mapping[str, str]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each resource that a call names, be it by its identifier or for all of them. The database itself is called after
    the parameter, and its groups have names of CloudFormation's, which moto's are not."""
    source = outputs.get(wires.copied(environment), "")
    tagged = {
        "aws:ResourceTag/fairway:app": outputs[wires.CLUSTER].removeprefix("fairway-").removesuffix(f"-{environment}"),
        "aws:ResourceTag/fairway:environment": environment,
    }
    context = tagged if operation.startswith("Delete") else {}
    describes = operation.startswith("Describe")
    if (name := parameters.get("DBInstanceIdentifier")) is not None or operation == "DescribeDBInstances":
        own = parameter(wires.copied(environment)) if name == source else name
        yield f"arn:aws:rds:{HERE}:db:{'*' if describes else own}", context
    if (name := parameters.get("DBSnapshotIdentifier")) is not None or operation == "DescribeDBSnapshots":
        yield f"arn:aws:rds:{HERE}:snapshot:{'*' if describes else name}", context


def parameter(name: str) -> str:
    """What `support.iam` calls the value of a template's parameter."""
    return f"arn:aws:parameter:{HERE}:{name}"

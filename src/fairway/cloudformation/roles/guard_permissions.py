"""What the deployment of an environment with migrations may do besides: what the guard does in the stage's build.

It keeps records and backups, takes the images that it tries into the build's own Docker, and has ECS run the migration
once. And CodeBuild puts the build into the app's network. These are policies of their own, for a role's other ones
would be too long with them.
"""

from collections.abc import Mapping
from typing import Any

from troposphere import Ref, Select, Sub

from fairway.cloudformation import wires
from fairway.cloudformation.roles import errands
from fairway.cloudformation.roles.errands import Errand
from fairway.cloudformation.roles.permissions import EVERYTHING, Statement, arn
from fairway.domain.app import App, Environment
from fairway.domain.aws import names
from fairway.domain.aws.stack import APP_TAG, ENVIRONMENT_TAG, Kind
from fairway.domain.migrations import CopyBy

MIGRATION = Errand(
    who="the guard",
    what="the migration's task",
    family=names.passages,
    roles=(wires.migration_role, wires.migration_task_role),
    ends="the guard ends a migration whose time is over",
)


def guard(app: App, environment: Environment, subnets: int) -> Mapping[str, tuple[Statement, ...]]:
    """The statements, for a network with so many private subnets, in parts that each fit into a policy of IAM's (6144
    characters), by their names."""
    parts = {
        "Keeping": (*_kept(app, environment), *_images()),
        "Migrating": (*errands.run(app, environment, MIGRATION), *_network(environment, subnets)),
    }
    migrations = environment.migrations
    copied = migrations is not None and migrations.copy_by is CopyBy.SNAPSHOT
    return {**parts, "Copying": _copies(app, environment)} if copied else parts


def _kept(app: App, environment: Environment) -> tuple[Statement, ...]:
    bucket = wires.backups(environment.name)
    urls = tuple(
        arn("secretsmanager", f"secret:{names.secret(app.name, environment.name)}/{each.name}-??????")
        for each in environment.databases
    )
    return (
        Statement(
            name="Records",
            why="the guard keeps how far each migration has come, the backups' records, and the releases",
            actions=(
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:UpdateItem",
            ),
            resources=(Ref(wires.passages(environment.name)),),
        ),
        Statement(
            name="Backups",
            why="the guard puts a sealed backup away before it migrates, opens it to prove it, and removes old ones",
            actions=("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"),
            resources=(Sub(f"${{{bucket}}}/*"),),
        ),
        Statement(
            name="BackupsList",
            why="the guard looks which backups there are; without it a missing one would look forbidden",
            actions=("s3:ListBucket",),
            resources=(Ref(bucket),),
        ),
        Statement(
            name="Secrets",
            why="the guard seals backups with the environment's own key, and reaches its databases by their URLs",
            actions=("secretsmanager:GetSecretValue",),
            resources=(Ref(wires.backup_key(environment.name)), *urls),
        ),
    )


def _images() -> tuple[Statement, ...]:
    return (
        Statement(
            name="Registry",
            why="the build's Docker logs in to the registry",
            actions=("ecr:GetAuthorizationToken",),
            resources=(EVERYTHING,),
        ),
        Statement(
            name="Image",
            # ECR's user guide, "IAM permissions for pulling an image".
            why="the build's Docker fetches the new image and the one that serves, to try both on the copy",
            actions=("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
            resources=(Ref(wires.REPOSITORY_ARN),),
        ),
    )


def _copies(app: App, environment: Environment) -> tuple[Statement, ...]:
    """Snapshots and instances of RDS whose names say that they are the guard's, of this environment. The groups that a
    copy is given are the real instance's, which CloudFormation has named after the data stack."""
    name = f"{names.copies(app.name, environment.name)}-*"
    snapshots, instances = arn("rds", f"snapshot:{name}"), arn("rds", f"db:{name}")
    data = names.stack(app.name, Kind.DATA, environment.name)
    own = {
        "StringEquals": {f"aws:ResourceTag/{APP_TAG}": app.name, f"aws:ResourceTag/{ENVIRONMENT_TAG}": environment.name}
    }
    return (
        Statement(
            name="TakeSnapshot",
            why="RDS copies the database before it is migrated",
            actions=("rds:CreateDBSnapshot",),
            resources=(arn("rds", f"db:${{{wires.copied(environment.name)}}}"), snapshots),
        ),
        Statement(
            name="RestoreSnapshot",
            why="an instance is restored from it, to rehearse on, in the database's subnets and with its parameters",
            actions=("rds:RestoreDBInstanceFromDBSnapshot",),
            resources=(
                snapshots,
                instances,
                arn("rds", f"subgrp:{data}-*"),
                arn("rds", f"pg:{data}-*"),
                arn("rds", "og:default:postgres-*"),
            ),
        ),
        Statement(
            name="TagCopies",
            why="both have tags from the beginning, by which they are known again",
            actions=("rds:AddTagsToResource",),
            resources=(snapshots, instances),
        ),
        Statement(
            name="LookAtCopies",
            why="the guard looks how far they have come, and which ones a killed build has left",
            actions=("rds:DescribeDBInstances", "rds:DescribeDBSnapshots"),
            resources=(arn("rds", "db:*"), arn("rds", "snapshot:*")),
        ),
        Statement(
            name="DropCopies",
            why="copies are removed when they are done with, and snapshots that no backup needs any more",
            actions=("rds:DeleteDBInstance", "rds:DeleteDBSnapshot"),
            resources=(snapshots, instances),
            conditions=own,
        ),
    )


def _network(environment: Environment, subnets: int) -> tuple[Statement, ...]:
    """CodeBuild's user guide, "Allow CodeBuild access to AWS services required to create a VPC network interface",
    narrowed to the build's own subnets and group."""
    places = [_subnet(number) for number in range(subnets)]
    interfaces = arn("ec2", "network-interface/*")
    group = arn("ec2", f"security-group/${{{wires.builds(environment.name)}}}")
    return (
        Statement(
            name="Interface",
            why="CodeBuild gives the build an address in the private subnets",
            actions=("ec2:CreateNetworkInterface",),
            resources=(interfaces, group, *places),
        ),
        Statement(
            name="DropInterface",
            why="CodeBuild takes the address back when the build is over",
            actions=("ec2:DeleteNetworkInterface",),
            resources=(interfaces,),
            conditions={"ArnEquals": {"ec2:Subnet": places}},
        ),
        Statement(
            name="UseInterface",
            why="CodeBuild attaches the address to its own machine",
            actions=("ec2:CreateNetworkInterfacePermission",),
            resources=(interfaces,),
            conditions={
                "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
                "ArnEquals": {"ec2:Subnet": places},
            },
        ),
        Statement(
            name="Network",
            why="CodeBuild looks at the network; AWS knows no resources for these calls",
            actions=(
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ),
            resources=(EVERYTHING,),
        ),
    )


def _subnet(number: int) -> Any:
    """The ARN of one of the private subnets, by its place in the list."""
    subnet = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:subnet/${Subnet}"
    return Sub(subnet, Subnet=Select(number, Ref(wires.PRIVATE_SUBNETS)))

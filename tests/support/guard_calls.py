"""Which calls of AWS the deployment of an environment with migrations makes besides (`stage_calls` has the others), of
an app `shop` with a managed database `main` in production, in a network with two private subnets.

The calls of CodeBuild are those of its user guide, "Allow CodeBuild access to AWS services required to create a VPC
network interface".
"""

from collections.abc import Sequence

from support.iam import ACCOUNT
from support.stage_calls import HERE, REPOSITORY, Call, secret

TABLE = f"arn:aws:parameter:{HERE}:PassagesProduction"
BUCKET = f"arn:aws:parameter:{HERE}:BackupsProduction"
KEY = f"arn:aws:parameter:{HERE}:BackupKeyProduction"
FAMILY = f"arn:aws:ecs:{HERE}:task-definition/fairway-shop-production-passage-0a1b2c3d4e5f"
TASK = f"arn:aws:ecs:{HERE}:task/fairway-shop-production/1a2b"
CLUSTER = {"ecs:cluster": f"arn:aws:ecs:{HERE}:cluster/fairway-shop-production"}
JOB_SECRET = f"arn:aws:secretsmanager:{HERE}:secret:fairway/shop/production/job-0a1b2c3d4e5f"
INTERFACE = f"arn:aws:ec2:{HERE}:network-interface/eni-1"
SUBNETS = [f"arn:aws:ec2:{HERE}:subnet/PrivateSubnets-{number}" for number in range(2)]
ROLES = [f"arn:aws:parameter:{HERE}:{name}Production" for name in ("MigrationRole", "MigrationTaskRole")]
GUIDE = "CodeBuild, Allow CodeBuild access to AWS services required to create a VPC network interface"
TO_TASKS = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}


def errand(family: str, roles: Sequence[str]) -> tuple[Call, ...]:
    """What is called to run a task once, of definitions of that family, and with those roles."""
    return (
        Call(action="ecs:RegisterTaskDefinition", resource=f"{family}:1", who="adapters.ecs.jobs.EcsJobs"),
        *(
            Call(action=f"ecs:{action}", resource="*", who="adapters.ecs.jobs.EcsJobs")
            for action in ("DeregisterTaskDefinition", "DescribeTaskDefinition", "ListTaskDefinitionFamilies")
        ),
        Call(action="ecs:RunTask", resource=f"{family}:1", who="adapters.ecs.jobs.EcsJobs", context=CLUSTER),
        Call(
            action="ecs:TagResource",
            resource=f"{family}:1",
            who="RegisterTaskDefinition with tags",
            context={"ecs:CreateAction": "RegisterTaskDefinition"},
        ),
        Call(
            action="ecs:TagResource",
            resource=TASK,
            who="RunTask with propagateTags",
            context={"ecs:CreateAction": "RunTask"},
        ),
        Call(
            action="ecs:StopTask",
            resource=TASK,
            who="adapters.ecs.jobs.EcsJobs",
            context={"aws:ResourceTag/fairway:job": "0a1b2c3d4e5f"},
        ),
        *(
            Call(action="iam:PassRole", resource=role, who="RegisterTaskDefinition with roles", context=TO_TASKS)
            for role in roles
        ),
        *(
            # By its name alone where there is none yet, and with AWS's six characters where there is one.
            Call(action=f"secretsmanager:{action}", resource=f"{JOB_SECRET}{end}", who="adapters.ecs.sealing.Sealing")
            for action in (
                "CreateSecret",
                "DeleteSecret",
                "DescribeSecret",
                "PutSecretValue",
                "RestoreSecret",
                "TagResource",
                "UpdateSecretVersionStage",
            )
            for end in ("", "-a1B2c3")
        ),
    )


GUARD = (
    *(
        Call(action=f"dynamodb:{action}", resource=TABLE, who="adapters.aws, the guard's records")
        for action in ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
    ),
    *(
        Call(action=f"s3:{action}", resource=f"{BUCKET}/shop.12.backup", who="adapters.aws, the vault")
        for action in ("AbortMultipartUpload", "DeleteObject", "GetObject", "PutObject")
    ),
    Call(action="s3:ListBucket", resource=BUCKET, who="adapters.aws, the vault"),
    Call(action="secretsmanager:GetSecretValue", resource=KEY, who="adapters.aws, the vault's key"),
    Call(
        action="secretsmanager:GetSecretValue",
        resource=secret("production/main"),
        who="pipeline.cloud.guarding: the URL of a managed database",
    ),
    Call(action="ecr:GetAuthorizationToken", resource="*", who="adapters.aws.ecr.EcrLogin"),
    *(
        Call(action=f"ecr:{action}", resource=REPOSITORY, who="ECR, pulling an image")
        for action in ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")
    ),
    *errand(FAMILY, ROLES),
    *(
        Call(action="ec2:CreateNetworkInterface", resource=resource, who=GUIDE)
        for resource in (
            f"arn:aws:ec2:{HERE}:network-interface/*",
            f"arn:aws:ec2:{HERE}:security-group/arn:aws:parameter:{HERE}:BuildsProduction",
            *SUBNETS,
        )
    ),
    *(
        call
        for subnet in SUBNETS
        for call in (
            Call(action="ec2:DeleteNetworkInterface", resource=INTERFACE, who=GUIDE, context={"ec2:Subnet": subnet}),
            Call(
                action="ec2:CreateNetworkInterfacePermission",
                resource=INTERFACE,
                who=GUIDE,
                context={"ec2:Subnet": subnet, "ec2:AuthorizedService": "codebuild.amazonaws.com"},
            ),
        )
    ),
    *(
        Call(action=f"ec2:Describe{what}", resource="*", who=GUIDE)
        for what in ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")
    ),
)
RDS = f"arn:aws:rds:{HERE}"
SNAPSHOT, COPY = (f"{RDS}:{kind}:fairway-shop-production-copy-3fa9c1d2e4" for kind in ("snapshot", "db"))
SOURCE = f"{RDS}:db:arn:aws:parameter:{HERE}:CopiedProduction"
DATA = "fairway-shop-production-data-database"
TAGGED = {"aws:ResourceTag/fairway:app": "shop", "aws:ResourceTag/fairway:environment": "production"}
BY_RDS = "adapters.aws.snapshots.AwsSnapshots"

COPYING = (
    Call(action="rds:CreateDBSnapshot", resource=SOURCE, who=BY_RDS),
    Call(action="rds:CreateDBSnapshot", resource=SNAPSHOT, who=BY_RDS),
    *(
        Call(action="rds:RestoreDBInstanceFromDBSnapshot", resource=resource, who=BY_RDS)
        for resource in (
            SNAPSHOT,
            COPY,
            f"{RDS}:subgrp:{DATA}subnets-1a2b",
            f"{RDS}:pg:{DATA}parameters-1a2b",
            f"{RDS}:og:default:postgres-17",
        )
    ),
    *(Call(action="rds:AddTagsToResource", resource=resource, who=f"{BY_RDS}, Tags") for resource in (SNAPSHOT, COPY)),
    Call(action="rds:DescribeDBInstances", resource=f"{RDS}:db:*", who=BY_RDS),
    Call(action="rds:DescribeDBSnapshots", resource=f"{RDS}:snapshot:*", who=BY_RDS),
    Call(action="rds:DeleteDBInstance", resource=COPY, who=BY_RDS, context=TAGGED),
    Call(action="rds:DeleteDBSnapshot", resource=SNAPSHOT, who=BY_RDS, context=TAGGED),
)
"""What is called besides where RDS copies the database."""
NOT_COPIES = (
    Call(action="rds:DeleteDBInstance", resource=SOURCE, who="nobody", context=TAGGED),
    Call(action="rds:DeleteDBInstance", resource=COPY, who="nobody"),
    Call(action="rds:DeleteDBSnapshot", resource=SNAPSHOT.replace("-copy-", "-final-"), who="nobody", context=TAGGED),
    Call(
        action="rds:DeleteDBSnapshot", resource=SNAPSHOT.replace("production", "staging"), who="nobody", context=TAGGED
    ),
    Call(action="rds:RestoreDBInstanceFromDBSnapshot", resource=SOURCE, who="nobody"),
    Call(action="rds:ModifyDBInstance", resource=COPY, who="nobody", context=TAGGED),
    Call(action="rds:CreateDBSnapshot", resource=f"{RDS}:db:somebody-elses", who="nobody"),
)
"""The same on what is not a copy of this environment's."""

OTHERS = (
    Call(action="dynamodb:Scan", resource=TABLE, who="nobody"),
    Call(action="dynamodb:GetItem", resource=TABLE.replace("Production", "Staging"), who="nobody"),
    Call(action="s3:GetObject", resource=f"{BUCKET.replace('Production', 'Staging')}/shop.12.backup", who="nobody"),
    Call(action="secretsmanager:PutSecretValue", resource=KEY, who="nobody"),
    Call(action="secretsmanager:GetSecretValue", resource=secret("staging/main"), who="nobody"),
    Call(action="secretsmanager:GetSecretValue", resource=secret("production/main/password"), who="nobody"),
    Call(action="secretsmanager:PutSecretValue", resource=secret("production"), who="nobody"),
    Call(action="secretsmanager:PutSecretValue", resource=secret("production/main"), who="nobody"),
    Call(action="ecr:PutImage", resource=REPOSITORY, who="nobody"),
    Call(
        action="ecs:RunTask",
        resource=FAMILY.replace("passage-0a1b2c3d4e5f", "web") + ":1",
        who="nobody",
        context=CLUSTER,
    ),
    Call(
        action="ecs:RunTask",
        resource=f"{FAMILY}:1",
        who="nobody",
        context={"ecs:cluster": f"arn:aws:ecs:{HERE}:cluster/fairway-shop-staging"},
    ),
    # A task of a service has no such tag.
    Call(action="ecs:StopTask", resource=TASK, who="nobody"),
    Call(action="ecs:TagResource", resource=TASK, who="nobody", context={"ecs:CreateAction": "CreateService"}),
    Call(
        action="iam:PassRole",
        resource=ROLES[0],
        who="nobody",
        context={"iam:PassedToService": "lambda.amazonaws.com"},
    ),
    Call(
        action="iam:PassRole",
        resource=f"arn:aws:iam::{ACCOUNT}:role/fairway/shop/production/services/ExecutionRole-1",
        who="nobody",
        context=TO_TASKS,
    ),
    Call(action="ec2:CreateNetworkInterface", resource=f"arn:aws:ec2:{HERE}:subnet/subnet-of-others", who="nobody"),
    Call(
        action="ec2:DeleteNetworkInterface",
        resource=INTERFACE,
        who="nobody",
        context={"ec2:Subnet": f"arn:aws:ec2:{HERE}:subnet/subnet-of-others"},
    ),
    Call(
        action="ec2:CreateNetworkInterfacePermission",
        resource=INTERFACE,
        who="nobody",
        context={"ec2:Subnet": SUBNETS[0], "ec2:AuthorizedService": "lambda.amazonaws.com"},
    ),
)
"""Calls of the same kinds on what is not the role's."""

"""Which calls of AWS a pipeline's stages make, of an app `shop` with the environments staging and production."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from support.iam import ACCOUNT, REGION

HERE = f"{REGION}:{ACCOUNT}"
STACKS = f"arn:aws:cloudformation:{HERE}:stack"
SERVICES = f"{STACKS}/fairway-shop-production-services/1a2b"
CHANGES = f"arn:aws:cloudformation:{HERE}:changeSet/fairway-shop-production-services-0f1e/3c4d"
OBJECT = "arn:aws:s3:::artifacts/fairway-shop/Release/x1"
BROUGHT = "arn:aws:s3:::pullrequestartifacts/fairway-shop_pull-re/Checkout/x1"
"""What a pull request has brought."""
TEMPLATE = f"arn:aws:parameter:{HERE}:TemplatesArn/fairway-shop-production-services/5d0c.json"
CONNECTION = f"arn:aws:codeconnections:{HERE}:ForgeConnection"
REPOSITORY = f"arn:aws:parameter:{HERE}:RepositoryArn"
ROLE = f"arn:aws:parameter:{HERE}:ServicesRoleProduction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`who` makes it: a function of Fairway's, or a page of AWS's user guides. `context` are the keys that conditions
    are held against."""

    action: str
    resource: str
    who: str
    context: Mapping[str, str] = field(default_factory=dict)


def secret(environment: str) -> str:
    """The ARN of an environment's variables, as AWS ends it."""
    return f"arn:aws:secretsmanager:{HERE}:secret:fairway/shop/{environment}-a1B2c3"


def in_codebuild(stage: str, *more: str, object: str = OBJECT) -> tuple[Call, ...]:
    """What CodeBuild does for any build."""
    guide = "CodeBuild, Allow CodeBuild to interact with other AWS services"
    stream = f"arn:aws:logs:{HERE}:log-group:/fairway/shop/{stage}:log-stream:1a2b"
    return (
        Call(action="logs:CreateLogStream", resource=stream, who=guide),
        Call(action="logs:PutLogEvents", resource=stream, who=guide),
        *(Call(action=action, resource=object, who=guide) for action in ("s3:GetObject", "s3:GetObjectVersion", *more)),
        Call(action="s3:GetBucketAcl", resource=object.partition("/")[0], who=guide),
        Call(action="s3:GetBucketLocation", resource=object.partition("/")[0], who=guide),
    )


def connecting(guide: str) -> tuple[Call, ...]:
    """The two names of one call."""
    return (
        Call(action="codeconnections:UseConnection", resource=CONNECTION, who=guide),
        Call(action="codestar-connections:UseConnection", resource=CONNECTION, who=guide),
    )


BUILD = (
    *in_codebuild("build", "s3:PutObject"),
    *connecting("CodePipeline, Add CodeBuild GitClone permissions for connections"),
    Call(
        action="cloudformation:DescribeStacks",
        resource=f"{STACKS}/fairway-shop-registry/1a2b",
        who="pipeline.cloud.describing.find_registry",
    ),
    Call(action="ecr:GetAuthorizationToken", resource="*", who="adapters.aws.ecr.EcrLogin"),
    *(
        Call(action=f"ecr:{action}", resource=REPOSITORY, who="ECR, IAM permissions for pushing an image")
        for action in (
            "BatchCheckLayerAvailability",
            "CompleteLayerUpload",
            "InitiateLayerUpload",
            "PutImage",
            "UploadLayerPart",
        )
    ),
    *(
        # registry.publish looks for the commit's tag, and whether ECR has the layers.
        Call(action=f"ecr:{action}", resource=REPOSITORY, who="ECR, pulling an image")
        for action in ("BatchGetImage", "GetDownloadUrlForLayer")
    ),
    *(
        Call(
            action="secretsmanager:GetSecretValue",
            resource=secret(environment),
            who="pipeline.cloud.describing.find_version",
        )
        for environment in ("staging", "production")
    ),
)
DEPLOY = (
    *in_codebuild("deploy-production"),
    Call(
        action="secretsmanager:GetSecretValue",
        resource=secret("production"),
        who="pipeline.cloud.preparing.Preparing",
    ),
    Call(
        action="cloudformation:DescribeStacks",
        resource=f"{STACKS}/fairway-shop-production-data/1a2b",
        who="pipeline.cloud.borders.resolve",
    ),
    Call(
        action="cloudformation:GetTemplate",
        resource=f"{STACKS}/fairway-shop-network/1a2b",
        who="pipeline.cloud.borders.differences",
    ),
    *(
        Call(action=f"cloudformation:{action}", resource=SERVICES, who="adapters.aws.stacks.AwsStacks")
        for action in (
            "CancelUpdateStack",
            "CreateChangeSet",
            "DescribeStackEvents",
            "DescribeStacks",
            "ListChangeSets",
            "ListStackResources",
            "TagResource",
            "UntagResource",
        )
    ),
    *(
        Call(action=f"cloudformation:{action}", resource=CHANGES, who="adapters.aws.changesets")
        for action in ("DeleteChangeSet", "DescribeChangeSet", "ExecuteChangeSet")
    ),
    Call(action="s3:PutObject", resource=TEMPLATE, who="adapters.aws.uploads.put"),
    Call(action="s3:GetObject", resource=TEMPLATE, who="CreateChangeSet with a TemplateURL"),
    Call(
        action="iam:PassRole",
        resource=ROLE,
        who="CreateChangeSet with a RoleARN",
        context={"iam:PassedToService": "cloudformation.amazonaws.com"},
    ),
    Call(
        action="ecs:DescribeServices",
        resource=f"arn:aws:ecs:{HERE}:service/fairway-shop-production/web",
        who="adapters.aws.rollouts.EcsRollouts.services",
    ),
    Call(
        action="ecs:ListTasks",
        resource="*",
        who="adapters.aws.rollouts.EcsRollouts.stopped",
        context={"ecs:cluster": f"arn:aws:ecs:{HERE}:cluster/fairway-shop-production"},
    ),
    Call(
        action="ecs:DescribeTasks",
        resource=f"arn:aws:ecs:{HERE}:task/fairway-shop-production/1a2b",
        who="adapters.aws.rollouts.EcsRollouts.stopped",
    ),
    Call(
        action="logs:GetLogEvents",
        resource=f"arn:aws:logs:{HERE}:log-group:/fairway/shop/production/web:log-stream:web/web/1a2b",
        who="adapters.aws.rollouts.EcsRollouts.printed",
    ),
)


def in_codepipeline(object: str, *stages: str) -> tuple[Call, ...]:
    """What CodePipeline does for a pipeline of these projects."""
    guide = "CodePipeline, CodePipeline service role policy"
    return (
        *(
            Call(action=f"s3:{action}", resource=object, who=guide)
            for action in ("GetObject", "GetObjectVersion", "PutObject", "PutObjectAcl")
        ),
        *(
            Call(action=f"s3:{action}", resource=object.partition("/")[0], who=guide)
            for action in ("GetBucketAcl", "GetBucketLocation", "GetBucketVersioning")
        ),
        *connecting("CodePipeline, Service role permissions: CodeConnections action"),
        *(
            Call(
                action=f"codebuild:{action}",
                resource=f"arn:aws:codebuild:{HERE}:project/fairway-shop-{stage}",
                who="CodePipeline, Service role permissions: CodeBuild action",
            )
            for action in ("BatchGetBuilds", "StartBuild")
            for stage in stages
        ),
    )


PIPELINE = in_codepipeline(OBJECT, "build", "deploy-staging", "deploy-production", "act-production")
ACT = (
    *in_codebuild("act-production"),
    Call(
        action="secretsmanager:GetSecretValue",
        resource=secret("production"),
        who="pipeline.cloud.preparing.find_version",
    ),
    Call(
        action="codepipeline:GetPipelineExecution",
        resource=f"arn:aws:codepipeline:{HERE}:fairway-shop",
        who="adapters.aws.pipeline.AwsPipeline.goes_back",
    ),
)
PULL_PIPELINE = in_codepipeline(BROUGHT, "pull-request")
PULL_REQUEST = in_codebuild("pull-request", object=BROUGHT)
SCHEDULE = (
    Call(
        action="codepipeline:StartPipelineExecution",
        resource=f"arn:aws:codepipeline:{HERE}:fairway-shop",
        who="EventBridge Scheduler, Using templated targets",
    ),
)
OTHERS = {
    "ActProductionRole": (
        Call(action="secretsmanager:GetSecretValue", resource=secret("staging"), who="nobody"),
        Call(
            action="codepipeline:GetPipelineExecution",
            resource=f"arn:aws:codepipeline:{HERE}:fairway-other",
            who="nobody",
        ),
        Call(action="iam:PassRole", resource=ROLE, who="nobody"),
        Call(action="cloudformation:CreateChangeSet", resource=SERVICES, who="nobody"),
        Call(action="s3:PutObject", resource=OBJECT, who="nobody"),
    ),
    "BuildRole": (
        Call(action="cloudformation:DescribeStacks", resource=SERVICES, who="nobody"),
        Call(
            action="secretsmanager:GetSecretValue",
            resource=f"arn:aws:secretsmanager:{HERE}:secret:fairway/shop/production/other-a1B2c3",
            who="nobody",
        ),
        Call(action="ecr:BatchDeleteImage", resource=REPOSITORY, who="nobody"),
        Call(action="iam:PassRole", resource=ROLE, who="nobody"),
    ),
    "DeployProductionRole": (
        Call(action="secretsmanager:GetSecretValue", resource=secret("staging"), who="nobody"),
        Call(action="secretsmanager:PutSecretValue", resource=secret("production"), who="nobody"),
        Call(
            action="cloudformation:CreateChangeSet",
            resource=f"{STACKS}/fairway-shop-production-data/1a2b",
            who="nobody",
        ),
        Call(
            action="cloudformation:ExecuteChangeSet",
            resource=f"arn:aws:cloudformation:{HERE}:changeSet/fairway-shop-production-data-0f1e/3c4d",
            who="nobody",
        ),
        Call(action="cloudformation:DeleteStack", resource=SERVICES, who="nobody"),
        Call(action="s3:PutObject", resource=TEMPLATE.replace("production", "staging"), who="nobody"),
        Call(
            action="iam:PassRole",
            resource=ROLE,
            who="nobody",
            context={"iam:PassedToService": "ecs-tasks.amazonaws.com"},
        ),
        Call(
            action="ecs:ListTasks",
            resource="*",
            who="nobody",
            context={"ecs:cluster": f"arn:aws:ecs:{HERE}:cluster/other"},
        ),
        Call(
            action="ecs:UpdateService",
            resource=f"arn:aws:ecs:{HERE}:service/fairway-shop-production/web",
            who="nobody",
        ),
        Call(
            action="logs:GetLogEvents",
            resource=f"arn:aws:logs:{HERE}:log-group:/fairway/shop/staging/web:log-stream:web",
            who="nobody",
        ),
    ),
    "PipelineRole": (
        Call(action="codebuild:StartBuild", resource=f"arn:aws:codebuild:{HERE}:project/other", who="nobody"),
        Call(action="s3:GetObject", resource="arn:aws:s3:::other/x", who="nobody"),
    ),
    "PullRequestPipelineRole": (
        Call(
            action="codebuild:StartBuild",
            resource=f"arn:aws:codebuild:{HERE}:project/fairway-shop-deploy-production",
            who="nobody",
        ),
        Call(action="s3:PutObject", resource=OBJECT, who="nobody"),
    ),
    "PullRequestRole": (
        Call(action="s3:GetObject", resource=OBJECT, who="nobody"),
        Call(action="s3:PutObject", resource=BROUGHT, who="nobody"),
        Call(action="codeconnections:UseConnection", resource=CONNECTION, who="nobody"),
        Call(action="secretsmanager:GetSecretValue", resource=secret("staging"), who="nobody"),
    ),
    "ScheduleRole": (
        Call(
            action="codepipeline:StartPipelineExecution",
            resource=f"arn:aws:codepipeline:{HERE}:fairway-other",
            who="nobody",
        ),
    ),
}
"""Calls of the same kinds on what is not the role's."""


def asked_of(action: str, parameters: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What IAM is asked for a call with these parameters: each resource, with the keys of conditions. Raises
    AssertionError for a call that is not known here."""
    service = action.partition(":")[0]
    match service:
        case "cloudformation":
            yield asked_of_stack(parameters), {}
        case "secretsmanager":
            yield f"arn:aws:secretsmanager:{HERE}:secret:{parameters['SecretId']}-a1B2c3", {}
        case "ecs" if action == "ecs:ListTasks":
            yield "*", {"ecs:cluster": f"arn:aws:ecs:{HERE}:cluster/{parameters['cluster']}"}
        case "ecs":
            for name in (*parameters.get("services", ()), *parameters.get("tasks", ())):
                kind = "task" if "tasks" in parameters else "service"
                yield f"arn:aws:ecs:{HERE}:{kind}/{parameters['cluster']}/{name.rpartition('/')[2]}", {}
        case "s3":
            yield f"arn:aws:parameter:{HERE}:TemplatesArn/{parameters['Key']}", {}
        case "logs":
            group, stream = parameters["logGroupName"], parameters["logStreamName"]
            yield f"arn:aws:logs:{HERE}:log-group:{group}:log-stream:{stream}", {}
        case _:
            raise AssertionError(f"{action} is not known here")


def asked_of_stack(parameters: Mapping[str, Any]) -> str:
    """A change set that is called by its ARN alone is the resource itself; else its stack is."""
    name = str(parameters.get("StackName") or parameters["ChangeSetName"])
    return name if name.startswith("arn:") else f"{STACKS}/{name}/1a2b"

"""Who of the pipeline may do what on AWS, each with the reason: the one table of its roles.

A statement is here because a line of Fairway's makes the call, or because AWS makes it on the pipeline's behalf and its
user guide says so. `services_permissions` has the role under which CloudFormation changes the services. Resources are
named, by names that nothing else in the account has (`domain.aws.names`); `*` stands only where AWS knows no resource
(a test holds this against AWS's service authorization reference).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from troposphere import GetAtt, Ref, Sub

from fairway.cloudformation import wires
from fairway.domain.app import App, Environment
from fairway.domain.aws import names
from fairway.domain.aws.stack import APP_TAG, ENVIRONMENT_TAG, Kind

ARTIFACTS = "Artifacts"
"""The logical id of the bucket in which stages hand things on."""
PULL_ARTIFACTS = "PullRequestArtifacts"
"""That of the bucket for what pull requests bring."""
PULL_REQUEST = "pull-request"
"""The name of the project that tries them."""
EVERYTHING = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One permission. `name` is letters and digits (IAM's Sid), `why` says who makes the calls; `resources` are ARNs,
    as texts or CloudFormation's functions; `conditions` are IAM's, by operator."""

    name: str
    why: str
    actions: tuple[str, ...]
    resources: tuple[Any, ...]
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def arn(service: str, resource: str, *, region: str = "${AWS::Region}", account: str = "${AWS::AccountId}") -> Sub:
    """An ARN in the stack's own partition, region and account: `arn("ecs", "cluster/fairway-shop-production")`."""
    return Sub(f"arn:${{AWS::Partition}}:{service}:{region}:{account}:{resource}")


def tagged(app: App, environment: Environment) -> dict[str, dict[str, Any]]:
    """The condition that a thing has the tags of the app and the environment, as all that their stacks have made."""
    tags = {APP_TAG: app.name, ENVIRONMENT_TAG: environment.name}
    return {"StringEquals": {f"aws:ResourceTag/{tag}": value for tag, value in tags.items()}}


def document(statements: Iterable[Statement]) -> dict[str, Any]:
    """The statements as a policy of IAM."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": each.name,
                "Effect": "Allow",
                "Action": list(each.actions),
                "Resource": list(each.resources),
                **(
                    {"Condition": {name: dict(keys) for name, keys in each.conditions.items()}}
                    if each.conditions
                    else {}
                ),
            }
            for each in statements
        ],
    }


def pipeline(app: App, connection: Any) -> tuple[Statement, ...]:
    """What CodePipeline does itself. `connection` is the ARN of the connection to the forge."""
    environments = [each for name in app.stages if (each := app.environment(name)) is not None]
    own = (actions(each) for each in environments if each.actions)
    return _pipeline(app, connection, ("build", *(f"deploy-{each.name}" for each in environments), *own), ARTIFACTS)


def pull_pipeline(app: App, connection: Any) -> tuple[Statement, ...]:
    """The same of the pipeline that tries pull requests."""
    return _pipeline(app, connection, (PULL_REQUEST,), PULL_ARTIFACTS)


def pull_request(app: App) -> tuple[Statement, ...]:
    """What CodeBuild does for `fairway stage try`, which calls nothing of AWS itself."""
    return _in_codebuild(app, PULL_REQUEST, bucket=PULL_ARTIFACTS, writes=False)


def _pipeline(app: App, connection: Any, stages: Iterable[str], bucket: str) -> tuple[Statement, ...]:
    return (
        Statement(
            name="Artifacts",
            why="CodePipeline keeps what actions hand on (its user guide: CodePipeline service role policy)",
            actions=("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl"),
            resources=(_objects(bucket),),
        ),
        _bucket("CodePipeline", bucket, "s3:GetBucketVersioning"),
        _connection("the source action fetches the commit", connection),
        Statement(
            name="Stages",
            why="each stage is a build of CodeBuild, which the pipeline starts and asks for its end",
            actions=("codebuild:StartBuild", "codebuild:BatchGetBuilds"),
            resources=tuple(arn("codebuild", f"project/{names.project(app.name, stage)}") for stage in stages),
        ),
    )


def build(app: App, connection: Any) -> tuple[Statement, ...]:
    """What `fairway stage build` does, and CodeBuild before and after it."""
    return (
        *_in_codebuild(app, "build", bucket=ARTIFACTS, writes=True),
        _connection("CodeBuild clones the repository, whole with its history", connection),
        Statement(
            name="Repository",
            why="`fairway stage build` finds the app's repository",
            actions=("cloudformation:DescribeStacks",),
            resources=(arn("cloudformation", f"stack/{names.stack(app.name, Kind.REGISTRY)}/*"),),
        ),
        Statement(
            name="Registry",
            why="`fairway stage build` logs in to the registry",
            actions=("ecr:GetAuthorizationToken",),
            resources=(EVERYTHING,),
        ),
        Statement(
            name="Image",
            # ECR's user guide, "IAM permissions for pushing an image", and for pulling one.
            why="`fairway stage build` looks for the commit's image, and pushes it",
            actions=(
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:GetDownloadUrlForLayer",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ),
            resources=(Ref(wires.REPOSITORY_ARN),),
        ),
        _variables(
            "`fairway stage build` reads which variables the environments have, and the build's secrets",
            app,
            app.environments,
        ),
    )


def deploy(app: App, environment: Environment) -> tuple[Statement, ...]:
    """What `fairway stage deploy ENVIRONMENT` does, and CodeBuild before it."""
    where = names.cluster(app.name, environment.name)
    services = names.stack(app.name, Kind.SERVICES, environment.name)
    return (
        *_in_codebuild(app, f"deploy-{environment.name}", bucket=ARTIFACTS, writes=False),
        _variables(
            "`fairway stage deploy` holds the environment's variables against the contract", app, (environment,)
        ),
        Statement(
            name="Stacks",
            why="`fairway stage deploy` looks whether the app's other stacks are as this commit wants them",
            actions=("cloudformation:DescribeStacks", "cloudformation:GetTemplate"),
            resources=(arn("cloudformation", f"stack/fairway-{app.name}-*"),),
        ),
        Statement(
            name="Services",
            why="`fairway stage deploy` changes the environment's services by a change set, follows it to its end, and "
            "has it taken back early where no task can come up",
            actions=(
                "cloudformation:CancelUpdateStack",
                "cloudformation:CreateChangeSet",
                "cloudformation:DeleteChangeSet",
                "cloudformation:DescribeChangeSet",
                "cloudformation:DescribeStackEvents",
                "cloudformation:ExecuteChangeSet",
                "cloudformation:ListChangeSets",
                "cloudformation:ListStackResources",
                # AWS asks for these two when a change set has tags.
                "cloudformation:TagResource",
                "cloudformation:UntagResource",
            ),
            # A change set that is called by its own ARN is asked for by that.
            resources=(
                arn("cloudformation", f"stack/{services}/*"),
                arn("cloudformation", f"changeSet/{services}-*"),
            ),
        ),
        Statement(
            name="Templates",
            why="a template that is too large to go with a call is put where CloudFormation reads it, as who calls may",
            actions=("s3:GetObject", "s3:PutObject"),
            resources=(Sub(f"${{{wires.TEMPLATES}}}/{services}/*"),),
        ),
        Statement(
            name="Role",
            why="the change set names the role under which CloudFormation works",
            actions=("iam:PassRole",),
            resources=(Ref(wires.services_role(environment.name)),),
            conditions={"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}},
        ),
        Statement(
            name="Cluster",
            why="`fairway stage deploy` looks at what ECS made of it",
            actions=("ecs:DescribeServices", "ecs:DescribeTasks"),
            resources=(arn("ecs", f"service/{where}/*"), arn("ecs", f"task/{where}/*")),
        ),
        Statement(
            name="Tasks",
            why="`fairway stage deploy` finds the tasks that were stopped",
            actions=("ecs:ListTasks",),
            # Of which cluster is a condition: the resource of this call is the instances that a list is narrowed to.
            resources=(EVERYTHING,),
            conditions={"ArnEquals": {"ecs:cluster": arn("ecs", f"cluster/{where}")}},
        ),
        Statement(
            name="Output",
            why="`fairway stage deploy` shows the last lines of a task that failed",
            actions=("logs:GetLogEvents",),
            resources=(arn("logs", f"log-group:/fairway/{app.name}/{environment.name}/*"),),
        ),
    )


def actions(environment: Environment) -> str:
    """The name of the project of an environment's own actions: `act-production`."""
    return f"act-{environment.name}"


def act(app: App, environment: Environment) -> tuple[Statement, ...]:
    """What `fairway stage action ENVIRONMENT NAME` does, and CodeBuild before it."""
    return (
        *_in_codebuild(app, actions(environment), bucket=ARTIFACTS, writes=False),
        _variables("`fairway stage action` puts variables of the environment into calls", app, (environment,)),
        Statement(
            name="Execution",
            why="`fairway stage action` looks whether the stage goes back, in which nothing of one's own is run",
            actions=("codepipeline:GetPipelineExecution",),
            resources=(arn("codepipeline", names.pipeline(app.name)),),
        ),
    )


def schedule(pipeline: Any) -> tuple[Statement, ...]:
    """What EventBridge Scheduler does at the times of `source.schedule`."""
    return (
        Statement(
            name="Start",
            why="at the times of the schedule the pipeline begins with the branch's newest commit",
            actions=("codepipeline:StartPipelineExecution",),
            resources=(pipeline,),
        ),
    )


def _in_codebuild(app: App, stage: str, *, bucket: str, writes: bool) -> tuple[Statement, ...]:
    """What CodeBuild needs for any build of a pipeline (user guide, "Allow CodeBuild to interact with other AWS
    services"), without making the group of logs, which the stack has."""
    group = f"log-group:/fairway/{app.name}/{stage}"
    return (
        Statement(
            name="Logs",
            why="CodeBuild writes down what the stage prints",
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(arn("logs", f"{group}:*"),),
        ),
        Statement(
            name="Artifacts",
            why="CodeBuild fetches what the stage before has left" + (", and leaves the release" if writes else ""),
            actions=("s3:GetObject", "s3:GetObjectVersion", *(("s3:PutObject",) if writes else ())),
            resources=(_objects(bucket),),
        ),
        _bucket("CodeBuild", bucket),
    )


def _bucket(who: str, bucket: str, *more: str) -> Statement:
    return Statement(
        name="Bucket",
        why=f"{who} makes sure whose the bucket is",
        actions=("s3:GetBucketAcl", "s3:GetBucketLocation", *more),
        resources=(GetAtt(bucket, "Arn"),),
    )


def _objects(bucket: str) -> Sub:
    return Sub(f"${{{bucket}.Arn}}/*")


def _connection(why: str, connection: Any) -> Statement:
    """AWS calls it by both of its names, whichever the ARN has (user guide, "Service role permissions:
    CodeConnections action")."""
    return Statement(
        name="Connection",
        why=why,
        actions=("codeconnections:UseConnection", "codestar-connections:UseConnection"),
        resources=(connection,),
    )


def _variables(why: str, app: App, environments: Iterable[Environment]) -> Statement:
    """The ARN of a secret ends in a dash and six characters that AWS chooses."""
    return Statement(
        name="Variables",
        why=why,
        actions=("secretsmanager:GetSecretValue",),
        resources=tuple(
            arn("secretsmanager", f"secret:{names.secret(app.name, each.name)}-??????") for each in environments
        ),
    )

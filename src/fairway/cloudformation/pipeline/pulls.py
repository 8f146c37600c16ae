"""The pipeline that tries pull requests, where fairway.toml has a filter for them: fetched, built, tested, and no more.

It is one of its own, with roles and a bucket of its own: a pipeline has the same stages for all that starts it, and who
opens a pull request may be anybody. Its build runs a stranger's code, so its role reaches what that pull request has
brought, and nothing else: no connection, no registry, no variables, nothing that is deployed.

One is tried at a time, in the order in which they came, as on a server.
"""

from typing import Any

from troposphere import GetAtt, Ref, Template, codepipeline

from fairway.cloudformation.pipeline import artifacts, projects, stages, starting
from fairway.cloudformation.roles import making as roles
from fairway.cloudformation.roles import permissions
from fairway.domain.app import App, Mode
from fairway.domain.aws import names
from fairway.domain.aws.pulls import pulls

BUILDER, RUNNER = "PullRequestRole", "PullRequestPipelineRole"
PIPELINE = "PullRequestPipeline"


def add(template: Template, app: App, version: str, connection: Any) -> None:
    """All of it; nothing for an app whose pull requests are not tried. `connection` is the ARN of the connection to the
    forge."""
    filters = pulls(app.source)
    if not filters:
        return
    artifacts.add_pulls(template)
    template.add_resource(
        roles.make(
            BUILDER,
            "codebuild.amazonaws.com",
            names.path(app.name),
            permissions.pull_request(app),
            source=permissions.arn("codebuild", f"project/{names.project(app.name, permissions.PULL_REQUEST)}"),
        )
    )
    projects.add_pull_request(template, app, version, BUILDER)
    template.add_resource(
        roles.make(
            RUNNER,
            "codepipeline.amazonaws.com",
            names.path(app.name),
            permissions.pull_pipeline(app, connection),
            source=permissions.arn("codepipeline", names.pulls(app.name)),
        )
    )
    template.add_resource(
        codepipeline.Pipeline(
            PIPELINE,
            Name=names.pulls(app.name),
            PipelineType="V2",
            ExecutionMode=Mode.QUEUED.value,
            RoleArn=GetAtt(RUNNER, "Arn"),
            ArtifactStore=codepipeline.ArtifactStore(Type="S3", Location=Ref(permissions.PULL_ARTIFACTS)),
            Stages=stages.make_pulls(app, connection),
            Triggers=[starting.of_pull_requests(filters)],
            RestartExecutionOnUpdate=False,
        )
    )

"""The stages of the pipeline, in CodePipeline's words: Source, Build, and one for each environment of `app.stages`.

Source and Build are written with capitals, which no environment's name has, as Approve and Deploy are, which no action
of one's own is called. What a stage does on failure follows
CodePipeline's rules: RETRY begins the failed actions again, once; ROLLBACK begins the stage again with what the last
execution that succeeded in it had built. An approval is not what either is for, so with one of them it is a stage of
its own (`pipelining.approves_apart`).
"""

import json
from typing import Any

from troposphere import Ref, codepipeline

from fairway.cloudformation import asked
from fairway.cloudformation.pipeline import buildspec
from fairway.cloudformation.roles import permissions
from fairway.domain import pipeline
from fairway.domain.app import App, Environment, OnFailure
from fairway.domain.aws import names, pipelining

SOURCE, BUILD = "Source", "Build"
TRY = "Try"
"""The stage of a pull request, in the pipeline that has no other."""
CHECKOUT, RELEASE = "Checkout", "Release"
"""Artifacts: the reference by which CodeBuild clones the repository; the release, with the commit's fairway.toml."""
COMMIT = "Commit"
"""The namespace of the source action's variables."""
PROVIDER = "CodeStarSourceConnection"
"""What CodePipeline calls CodeConnections to this day."""


def make(app: App, connection: Any) -> list[codepipeline.Stages]:
    """All stages. `connection` is the ARN of the connection to the forge."""
    environments = [each for name in app.stages if (each := app.environment(name)) is not None]
    return [
        # The whole repository with its history and its links, as `git clone` gives it, and no copy in S3.
        codepipeline.Stages(Name=SOURCE, Actions=[_fetch(app, connection, "CODEBUILD_CLONE_REF")]),
        codepipeline.Stages(Name=BUILD, Actions=[_build()]),
        *(stage for each in environments for stage in _of(app, each)),
    ]


def make_pulls(app: App, connection: Any) -> list[codepipeline.Stages]:
    """The stages of a pull request: it is fetched, and tried.

    Its files come as an archive: to clone them its build would need the connection, by which the code in that build
    could do at the forge whatever the connection may.
    """
    attempt = codepipeline.Actions(
        Name=TRY,
        RunOrder=1,
        ActionTypeId=_kind("Test", "CodeBuild"),
        Configuration={"ProjectName": Ref(names.logical(permissions.PULL_REQUEST, "project"))},
        InputArtifacts=[codepipeline.InputArtifacts(Name=CHECKOUT)],
    )
    return [
        codepipeline.Stages(Name=SOURCE, Actions=[_fetch(app, connection, "CODE_ZIP")]),
        codepipeline.Stages(Name=TRY, Actions=[attempt]),
    ]


def approval_stage(environment: str) -> str:
    """The stage of an approval that is apart: `Approve-production`."""
    return f"Approve-{environment}"


def _of(app: App, environment: Environment) -> list[codepipeline.Stages]:
    """The environment's stage, and before it that of its approval where they are apart."""
    approval = [_approve(app, environment)] if environment.approval is not None else []
    apart = pipelining.approves_apart(environment)
    groups = [
        *([approval] if approval and not apart else []),
        *_own(environment, before=True),
        [_deploy(environment)],
        *_own(environment, before=False),
    ]
    # Each is made as the first, until it is known what comes before it.
    for order, group in enumerate(groups, start=1):
        for action in group:
            action.RunOrder = order
    stage = codepipeline.Stages(Name=environment.name, Actions=[action for group in groups for action in group])
    if (failing := _on_failure(environment.on_failure)) is not None:
        stage.OnFailure = failing
    return [*([codepipeline.Stages(Name=approval_stage(environment.name), Actions=approval)] if apart else []), stage]


def _fetch(app: App, connection: Any, artifact: str) -> codepipeline.Actions:
    """The commit whose push, or whose pull request, started the execution; the branch's newest for one that somebody
    started. `artifact` is CodePipeline's word for how it is handed on."""
    return codepipeline.Actions(
        Name=SOURCE,
        Namespace=COMMIT,
        RunOrder=1,
        ActionTypeId=_kind("Source", PROVIDER),
        Configuration={
            "ConnectionArn": connection,
            "FullRepositoryId": asked.aws(app).repository.name,
            "BranchName": app.source.branch,
            "OutputArtifactFormat": artifact,
            # The pipeline's triggers say what counts. Left out, every push of the branch would too.
            "DetectChanges": "false",
        },
        OutputArtifacts=[codepipeline.OutputArtifacts(Name=CHECKOUT)],
    )


def _build() -> codepipeline.Actions:
    return codepipeline.Actions(
        Name=BUILD,
        RunOrder=1,
        ActionTypeId=_kind("Build", "CodeBuild"),
        Configuration={"ProjectName": Ref(names.logical("build", "project"))},
        InputArtifacts=[codepipeline.InputArtifacts(Name=CHECKOUT)],
        OutputArtifacts=[codepipeline.OutputArtifacts(Name=RELEASE)],
    )


def _approve(app: App, environment: Environment) -> codepipeline.Actions:
    assert environment.approval is not None, "it is asked of environments with one"
    return codepipeline.Actions(
        Name="Approve",
        RunOrder=1,
        ActionTypeId=_kind("Approval", "Manual"),
        Configuration={"CustomData": f"{app.name}: deploy #{{{COMMIT}.CommitId}} to {environment.name}?"},
        TimeoutInMinutes=round(environment.approval / 60),
    )


def _own(environment: Environment, *, before: bool) -> list[list[codepipeline.Actions]]:
    """The actions of one's own before the deployment, or after it, in groups that run one after the other."""
    placed = [each for each in environment.actions if each.before == before]
    return [[_act(environment, action.name) for action in group] for group in pipeline.ordered(placed)]


def _act(environment: Environment, name: str) -> codepipeline.Actions:
    told = {buildspec.ACTION: name, buildspec.EXECUTION: "#{codepipeline.PipelineExecutionId}"}
    return codepipeline.Actions(
        Name=name,
        RunOrder=1,
        ActionTypeId=_kind("Test", "CodeBuild"),
        Configuration={
            "ProjectName": Ref(names.logical(permissions.actions(environment), "project")),
            "EnvironmentVariables": json.dumps(
                [{"name": key, "value": value, "type": "PLAINTEXT"} for key, value in told.items()]
            ),
        },
        InputArtifacts=[codepipeline.InputArtifacts(Name=RELEASE)],
    )


def _deploy(environment: Environment) -> codepipeline.Actions:
    # CodePipeline's own action for CodeBuild is a build or a test, whatever it does.
    return codepipeline.Actions(
        Name="Deploy",
        RunOrder=1,
        ActionTypeId=_kind("Build", "CodeBuild"),
        Configuration={"ProjectName": Ref(names.logical(f"deploy-{environment.name}", "project"))},
        InputArtifacts=[codepipeline.InputArtifacts(Name=RELEASE)],
    )


def _on_failure(wanted: OnFailure) -> codepipeline.FailureConditions | None:
    match wanted:
        case OnFailure.NONE:
            return None
        case OnFailure.RETRY:
            again = codepipeline.RetryConfiguration(RetryMode="FAILED_ACTIONS")
            return codepipeline.FailureConditions(Result="RETRY", RetryConfiguration=again)
        case OnFailure.ROLLBACK:
            return codepipeline.FailureConditions(Result="ROLLBACK")


def _kind(category: str, provider: str) -> codepipeline.ActionTypeId:
    return codepipeline.ActionTypeId(Category=category, Owner="AWS", Provider=provider, Version="1")

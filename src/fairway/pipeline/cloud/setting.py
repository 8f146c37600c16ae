"""How somebody changes what a pipeline on AWS works with: the commands that its reports name."""

from collections.abc import Sequence

from fairway.domain.app import App
from fairway.domain.aws import names


def put(app: App, environment: str, variables: Sequence[str]) -> str:
    """How variables come to an environment: `put STRIPE_KEY into .env.production, then fairway aws up`."""
    found = app.environment(environment)
    file = (found.env_file if found is not None else None) or f".env.{environment}"
    return f"put {' and '.join(variables)} into {file}, then fairway aws up"


def switch(app: str, environment: str, variable: str, value: object) -> str:
    """How a stage is told something that a release can't say: `put FAIRWAY_RESTORE=7 into the environment of the
    CodeBuild project …`."""
    project = names.project(app, f"deploy-{environment}")
    return f"put {variable}={value} into the environment of the CodeBuild project {project}"


def retry(app: str, environment: str, execution: str) -> str:
    """The command that runs what has failed in an environment's stage once more; by hand: that stage's action again."""
    if not execution:
        return "run it again"
    return (
        f"aws codepipeline retry-stage-execution --pipeline-name {names.pipeline(app)} --stage-name {environment} "
        f"--pipeline-execution-id {execution} --retry-mode FAILED_ACTIONS"
    )


def begin_again(app: str) -> str:
    """The command that starts the pipeline again, with the newest commit and the newest variables."""
    return f"aws codepipeline start-pipeline-execution --name {names.pipeline(app)}"

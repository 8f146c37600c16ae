"""`fairway stage`: one stage of a pipeline, run here, in a checkout of the commit: what CodeBuild calls on AWS.

It is the program behind the buildspecs of `fairway aws up`, and is not listed: people push.
"""

import os
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fairway import settings
from fairway.cli import git, output
from fairway.domain.execution import Revision
from fairway.errors import FairwayError, UsageError

if TYPE_CHECKING:
    from fairway.domain.aws.handover import Handover
    from fairway.pipeline.cloud.telling import Telling

T = TypeVar("T")
COMMIT, DIRECTORY = "CODEBUILD_RESOLVED_SOURCE_VERSION", "CODEBUILD_SRC_DIR"
"""What CodeBuild says of the source: the commit's id, and where it lies."""
ROLE = "FAIRWAY_STACK_ROLE"
"""The ARN of the role under which CloudFormation changes an environment's services: the pipeline's template sets it."""

EXECUTION = "FAIRWAY_EXECUTION"
"""The pipeline's execution that an action is run in: the pipeline says it."""


@click.group("stage")
def stage() -> None:
    """Run one stage of a pipeline on AWS, in a checkout of the commit."""


@stage.command("build")
@click.option(
    "--output",
    "file",
    metavar="FILE",
    default="release.json",
    help="Where to write what the other stages read. Default: release.json in the checkout.",
)
def build(file: str) -> None:
    """Build and test the commit, and push its image to ECR.

    It holds the environments' variables against what the code needs first. What is built is the commit that is checked
    out, not the work tree. A commit whose image is in ECR already is not built again.
    """
    from fairway.bootstrap import cloud
    from fairway.wire import handover

    checkout = directory(os.environ)
    revision, repository = find_commit(checkout, os.environ)
    source = cloud.Source(revision=revision, directory=checkout, git=repository)
    telling = cloud.telling(say)
    made = run(cloud.build(source, settings.read(), telling), telling)
    target = checkout / file
    try:
        target.write_text(handover.write(made), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target} can't be written", why=(error.strerror or "").lower()) from error


@stage.command("try")
def attempt() -> None:
    """Build and test the head of a pull request, and leave nothing of it.

    Nothing is asked of AWS, pushed or deployed. The build gets no variables, and takes an hour at most.
    """
    from fairway.bootstrap import cloud

    checkout = directory(os.environ)
    revision, repository = find_commit(checkout, os.environ)
    telling = cloud.telling(say)
    source = cloud.Source(revision=revision, directory=checkout, git=repository)
    run(cloud.attempt(source, settings.read(), telling), telling)


release_option = click.option(
    "--release",
    "file",
    metavar="FILE",
    default="release.json",
    help="What fairway stage build has written. Default: release.json where the artifact lies.",
)


@stage.command("deploy")
@click.argument("environment")
@release_option
def deploy(environment: str, file: str) -> None:
    """Bring ENVIRONMENT to the release that fairway stage build has left, and say truly how that ended.

    The release is its image and the variables that it was built with. A second time it changes nothing.
    """
    from fairway.bootstrap import cloud

    made = read_release(file, os.environ)
    telling = cloud.telling(say)
    run(cloud.deploy(made, environment, os.environ.get(ROLE) or None, settings.read(), telling, os.environ), telling)


@stage.command("action")
@click.argument("environment")
@click.argument("name")
@release_option
def action(environment: str, name: str, file: str) -> None:
    """Run the action NAME of ENVIRONMENT, as its stage does around the deployment.

    In a stage that goes back to an earlier release nothing is run.
    """
    from fairway.bootstrap import cloud, cloud_act
    from fairway.pipeline.cloud.acting import Asked

    made = read_release(file, os.environ)
    telling = cloud.telling(say)
    asked = Asked(environment=environment, action=name, execution=os.environ.get(EXECUTION, ""))
    run(cloud_act.act(made, asked, telling), telling)


def read_release(file: str, environ: Mapping[str, str]) -> "Handover":
    """What the build has left. Raises UsageError."""
    from fairway.wire import handover

    path = directory(environ) / file
    try:
        return handover.read(path.read_bytes())
    except OSError as error:
        raise UsageError(
            f"{path} can't be read",
            why=(error.strerror or "").lower(),
            hint="fairway stage build writes it, and the pipeline hands it on",
        ) from error


def directory(environ: Mapping[str, str]) -> Path:
    """Where the commit's files lie: CodeBuild's source directory, else where the command was typed."""
    return Path(environ.get(DIRECTORY) or Path.cwd())


def find_commit(checkout: Path, environ: Mapping[str, str]) -> tuple[Revision, Path | None]:
    """The commit that lies in the checkout, and the repository that has it; None for an archive of its files, which is
    CodePipeline's plain artifact. Raises UsageError where it is another one than CodeBuild says, and where nothing says
    which it is."""
    said = environ.get(COMMIT, "")
    # git takes a folder that looks like the inside of a repository for one, with the programs that its configuration
    # names; a stranger's commit may look so. What it can't have is an entry `.git`, which a clone has at its top.
    top = None if said and not (checkout / ".git").exists() else git.top_level(checkout)
    if top is None:
        if said:
            return Revision(commit=said, subject="", branch=""), None
        raise UsageError(
            "it is not clear which commit this is",
            why=f"{checkout} is no git repository, and ${COMMIT} is not set",
            hint="CodeBuild sets it; elsewhere, type this in a repository",
        )
    head = git.head(top)
    if head is None or (said and said != head):
        raise UsageError(
            "the checkout is not at the pipeline's commit", why=f"it is at {head or 'no commit'}, not at {said}"
        )
    subject = git.run("log", "-1", "--format=%s", cwd=top) or ""
    return Revision(commit=head, subject=subject, branch=""), Path(
        git.run("rev-parse", "--absolute-git-dir", cwd=top) or ""
    )


def say(line: str) -> None:
    """A line of the stage's, coloured on a terminal."""
    output.say_lines([line])


def run(work: Coroutine[Any, Any, T], telling: "Telling") -> T:
    """What the stage answers. What has been told of a failure is not said twice: only the exit status is left of it."""
    import asyncio

    try:
        return asyncio.run(work)
    except FairwayError as error:
        if error is not telling.failed:
            raise
        raise click.exceptions.Exit(error.exit_status) from error

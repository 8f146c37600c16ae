"""Rules about the pipeline on AWS: what CodePipeline and CodeBuild have limits for, and Fairway's own does not."""

from fairway.domain.app import Mode, OnFailure
from fairway.domain.aws import limits
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems
from fairway.manifest.schema import FileTable
from fairway.manifest.values import in_words


def check(table: FileTable, problems: Problems) -> None:
    """Check time-outs, and what goes with the mode."""
    if table.build.timeout < limits.BUILD_LEAST:
        least = in_words(limits.BUILD_LEAST)
        problems.add(("build", "timeout"), f"a build by CodeBuild has at least {least}", f'timeout = "{least}"')
    for name, content in table.environments.items():
        base: Path = ("environments", name)
        if content.approval and content.approval_timeout < limits.APPROVAL_LEAST:
            least = in_words(limits.APPROVAL_LEAST)
            path = (*base, "approval_timeout")
            problems.add(path, f"an approval by CodePipeline has at least {least}", f'approval_timeout = "{least}"')
        if table.pipeline.mode.upper() == Mode.PARALLEL and content.on_failure.upper() == OnFailure.ROLLBACK:
            message = "CodePipeline can't take a stage back where executions run in parallel"
            hint = 'pipeline.mode = "superseded" or "queued"'
            problems.add((*base, "on_failure"), message, hint, because_of=[("pipeline", "mode")])

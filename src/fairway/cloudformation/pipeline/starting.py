"""What starts a pipeline, in CodePipeline's words: the filters of a trigger."""

from collections.abc import Sequence
from typing import Any

from troposphere import codepipeline

from fairway.cloudformation.pipeline import stages
from fairway.domain.app import Patterns
from fairway.domain.aws.pulls import Pull
from fairway.domain.aws.triggers import Push


def of_pushes(filters: Sequence[Push]) -> codepipeline.PipelineTriggerDeclaration:
    """The trigger of what is pushed."""
    return _trigger(
        Push=[
            codepipeline.GitPushFilter(
                **_places(each), **_criteria("Tags", codepipeline.GitTagFilterCriteria, each.tags)
            )
            for each in filters
        ]
    )


def of_pull_requests(filters: Sequence[Pull]) -> codepipeline.PipelineTriggerDeclaration:
    """The trigger of what happens to pull requests."""
    return _trigger(
        PullRequest=[codepipeline.GitPullRequestFilter(Events=list(each.events), **_places(each)) for each in filters]
    )


def _trigger(**filters: Any) -> codepipeline.PipelineTriggerDeclaration:
    return codepipeline.PipelineTriggerDeclaration(
        ProviderType=stages.PROVIDER,
        GitConfiguration=codepipeline.GitConfiguration(SourceActionName=stages.SOURCE, **filters),
    )


def _places(each: Push) -> dict[str, Any]:
    return {
        **_criteria("Branches", codepipeline.GitBranchFilterCriteria, each.branches),
        **_criteria("FilePaths", codepipeline.GitFilePathFilterCriteria, each.files),
    }


def _criteria(name: str, kind: type, patterns: Patterns | None) -> dict[str, Any]:
    if patterns is None:
        return {}
    lists = {"Includes": list(patterns.includes), "Excludes": list(patterns.excludes)}
    return {name: kind(**{key: found for key, found in lists.items() if found})}

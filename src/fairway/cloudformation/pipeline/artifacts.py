"""The bucket in which the pipeline's stages hand things on: the release of each commit, and its fairway.toml; and
another one for what a pull request brings, which is nobody's business who may read or write a release.

It stays when its stack goes: CloudFormation deletes no bucket that holds something, and a pipeline that ran once has
left something in it. What it holds is small, costs next to nothing, and is gone after a year by itself, which is as
long as CodePipeline remembers executions to go back to. Its name is CloudFormation's, so that the bucket that stayed is
in nobody's way. Without versions: each execution writes under a key of its own.
"""

from troposphere import Template

from fairway.cloudformation import buckets
from fairway.cloudformation.roles import permissions

DAYS = 365
PULL_DAYS = 30
"""For so long a pull request's head can be tried again."""
ARGUED = {
    "CKV_AWS_18": "Who reads it are the pipeline's own roles, and each stage says in its log what it did; a log of "
    "accesses would need a second bucket.",
    "CKV_AWS_21": "Each execution writes under a key of its own and nothing is ever overwritten.",
}


def add(template: Template) -> None:
    """The bucket `Artifacts`."""
    buckets.add(template, permissions.ARTIFACTS, days=DAYS, argued_exceptions=ARGUED)


def add_pulls(template: Template) -> None:
    """The bucket `PullRequestArtifacts`."""
    buckets.add(template, permissions.PULL_ARTIFACTS, days=PULL_DAYS, argued_exceptions=ARGUED)

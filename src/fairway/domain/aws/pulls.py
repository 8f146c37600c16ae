"""Which pull requests are tried on AWS: the filters of `[source]` that name them, as CodePipeline's.

They start a pipeline of their own, which builds and tests and has nothing to deploy with: a pipeline of CodePipeline
has the same stages for all that starts it. As on a server the branches of a filter are those that a pull request goes
to, and the commit is the head of the one that it comes from (user guide, "Add trigger with code push or pull request
event types").
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fairway.domain.app import PullEvent, Source
from fairway.domain.aws import triggers
from fairway.domain.aws.triggers import FILTERS, Push
from fairway.domain.aws.unfit import Unfit

EVENTS: Mapping[PullEvent, str] = {
    PullEvent.OPENED: "OPEN",
    PullEvent.UPDATED: "UPDATED",
    PullEvent.CLOSED: "CLOSED",
}
"""CodePipeline's names (`GitPullRequestFilter`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull(Push):
    """One filter: pull requests to these branches that change one of these files, to which one of these things, in
    CodePipeline's words, happens."""

    events: tuple[str, ...]


def pulls(source: Source) -> tuple[Pull, ...]:
    """The filters, as they are written; none: no pull request is tried."""
    return tuple(
        Pull(
            key=("source", "filters", number),
            branches=None if each.branches is None else triggers.whole(each.branches),
            files=None if each.files is None else triggers.whole(each.files),
            events=tuple(EVENTS[event] for event in each.pull_requests),
        )
        for number, each in enumerate(source.filters)
        if each.pull_requests
    )


def unfit(source: Source) -> Iterator[Unfit]:
    """What CodePipeline can't do of them; none when all can be."""
    filters = pulls(source)
    if len(filters) > FILTERS:
        message = f"on AWS a pipeline has at most {FILTERS} filters of pull requests, and these are {len(filters)}"
        yield Unfit(path=filters[FILTERS].key, message=message, hint="write patterns of several into one list")
    for each in filters:
        yield from triggers.unfit_lists(each)

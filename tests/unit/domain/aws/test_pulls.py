"""Filters of pull requests as CodePipeline's, and what is refused because those can't say it."""

import pytest

from fairway.domain.app import Filter, Patterns, PullEvent, Source
from fairway.domain.aws import pulls, triggers

MAIN = Patterns(includes=("main",))
MANY = tuple(f"p{number}" for number in range(triggers.PATTERNS + 1))


def tried(branches: Patterns = MAIN, files: Patterns | None = None, *events: PullEvent) -> Filter:
    return Filter(branches=branches, files=files, pull_requests=events or tuple(PullEvent))


def test_each_event_has_codepipelines_name() -> None:
    (found,) = pulls.pulls(Source(filters=(tried(),)))

    assert found.events == ("OPEN", "UPDATED", "CLOSED")


def test_they_are_taken_as_they_are_written_and_pushes_are_not() -> None:
    files = Patterns(excludes=("docs/**",))
    source = Source(filters=(Filter(branches=MAIN), tried(MAIN, files, PullEvent.OPENED), tried(MAIN)))

    found = pulls.pulls(source)

    assert [(each.key[-1], each.branches, each.events) for each in found] == [
        (1, MAIN, ("OPEN",)),
        (2, MAIN, ("OPEN", "UPDATED", "CLOSED")),
    ]
    assert found[0].files == Patterns(includes=("**",), excludes=("docs/**",))


def test_without_such_a_filter_none_is_tried() -> None:
    assert pulls.pulls(Source(filters=(Filter(branches=MAIN),))) == ()


@pytest.mark.parametrize(
    ("source", "key", "said"),
    [
        (Source(filters=(tried(),) * 4), "source.filters[3]", "at most 3 filters of pull requests, and these are 4"),
        (Source(filters=(tried(Patterns(includes=MANY)),)), "source.filters[0]", "includes would have 9"),
        (Source(filters=(tried(MAIN, Patterns(excludes=MANY)),)), "source.filters[0]", "excludes would have 9"),
        (Source(filters=(tried(Patterns(includes=("a" * 256,))),)), "source.filters[0]", "at most 255 characters"),
    ],
)
def test_what_codepipeline_has_no_room_for_is_refused(source: Source, key: str, said: str) -> None:
    (problem,) = pulls.unfit(source)

    assert problem.key == key
    assert said in problem.message


def test_three_filters_of_each_kind_fit_beside_each_other() -> None:
    source = Source(filters=(*(Filter(branches=Patterns(excludes=(name,))) for name in "ab"), *((tried(),) * 3)))

    assert (len(triggers.pushes(source)), len(pulls.pulls(source))) == (3, 3)
    assert [*triggers.unfit(source), *pulls.unfit(source)] == []

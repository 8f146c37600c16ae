"""`[source]` as CodePipeline's filters, and what is refused because those can't say it."""

import pytest

from fairway.domain.app import Filter, Patterns, PullEvent, Source
from fairway.domain.aws import triggers

MANY = tuple(f"p{number}" for number in range(triggers.PATTERNS + 1))


@pytest.mark.parametrize(
    ("paths", "includes", "excludes"),
    [
        (["src/**", "!docs/**"], ("src/**",), ("docs/**",)),
        (["/src/"], ("src/**",), ()),
        (["src"], ("**/src", "**/src/**"), ()),
        (["*.md"], ("**/*.md", "**/*.md/**"), ()),
        (["**/x.js"], ("**/x.js", "**/x.js/**"), ()),
        (["***/", "a/***"], ("**/*/**", "a/*", "a/*/**"), ()),
        ([r"\**"], (r"**/\**", r"**/\**/**"), ()),
        (["a**b", "[^a]"], ("**/a*b", "**/a*b/**", "**/[!a]", "**/[!a]/**"), ()),
        (["/{a,b}"], (r"\{a\,b\}", r"\{a\,b\}/**"), ()),
        (["**"], ("**",), ()),
        (["!docs/**"], (), ("docs/**",)),
        (["!docs/**", "src/**"], ("src/**",), ()),
        (["# why", "", "src/**"], ("src/**",), ()),
    ],
)
def test_gits_patterns_become_those_of_codepipeline(
    paths: list[str], includes: tuple[str, ...], excludes: tuple[str, ...]
) -> None:
    assert triggers.globs(paths) == Patterns(includes=includes, excludes=excludes)


def test_excludes_alone_leave_everything_else_in() -> None:
    (push,) = triggers.pushes(Source(paths=("!docs/**",)))

    assert push.files == Patterns(includes=("**",), excludes=("docs/**",))


def test_the_branch_alone_is_one_filter() -> None:
    (push,) = triggers.pushes(Source(branch="release/{1}"))

    assert push.branches == Patterns(includes=(r"release/\{1\}",))
    assert push.files is None


def test_branches_stand_in_place_of_the_branch() -> None:
    branches = Patterns(includes=("main", "release/**"), excludes=("release/old",))

    (push,) = triggers.pushes(Source(branches=branches, by_branch=False))

    assert push.branches == branches


def test_filters_that_say_the_same_of_files_are_one() -> None:
    files = Patterns(includes=("api/**",))
    source = Source(
        tags=Patterns(includes=("v*",)),
        filters=(
            Filter(branches=Patterns(includes=("a",))),
            Filter(branches=Patterns(includes=("b",)), files=files),
            Filter(tags=Patterns(includes=("hotfix-*",))),
            Filter(branches=Patterns(includes=("c",)), files=files),
        ),
    )

    found = [(push.branches or push.tags, push.files) for push in triggers.pushes(source)]

    assert found == [
        (Patterns(includes=("master", "a")), None),
        (Patterns(includes=("v*", "hotfix-*")), None),
        (Patterns(includes=("b", "c")), files),
    ]
    assert triggers.unfit(source) == ()


def test_filters_with_excludes_stay_apart() -> None:
    left = Patterns(includes=("a*",), excludes=("ab",))
    source = Source(filters=(Filter(branches=left), Filter(branches=Patterns(includes=("ab",)))))

    assert [push.branches for push in triggers.pushes(source)] == [Patterns(includes=("master", "ab")), left]


def test_a_filter_of_pull_requests_takes_no_pushes() -> None:
    tried = Filter(branches=Patterns(includes=("next",)), pull_requests=(PullEvent.OPENED,))

    (push,) = triggers.pushes(Source(filters=(tried,)))

    assert push.branches == Patterns(includes=("master",))
    assert triggers.unfit(Source(filters=(tried,))) == ()


def test_no_filter_means_that_no_push_starts_anything() -> None:
    assert triggers.pushes(Source(by_branch=False)) == ()


@pytest.mark.parametrize(
    ("source", "key", "said"),
    [
        (Source(paths=("src/**", "!src/docs/**", "src/docs/a")), "source.paths", '"!src/docs/**" wins over'),
        (Source(paths=MANY), "source.paths", "at most 8 patterns"),
        (Source(branches=Patterns(includes=MANY), by_branch=False), "source.branches", "includes would have 9"),
        (Source(tags=Patterns(excludes=MANY)), "source.tags", "excludes would have 9"),
        (Source(filters=(Filter(branches=Patterns(), files=Patterns(includes=MANY)),)), "source.filters[0]", "at most"),
        (Source(paths=("a" * 250,)), "source.paths", "at most 255 characters"),
        (
            Source(filters=tuple(Filter(branches=Patterns(excludes=(name,))) for name in "abc")),
            "source.filters[2]",
            "at most 3 filters of pushes, and these are 4",
        ),
    ],
)
def test_what_codepipeline_has_no_words_for_is_refused(source: Source, key: str, said: str) -> None:
    problem = triggers.unfit(source)[0]

    assert problem.key == key
    assert said in problem.message

"""Which filter takes or keeps a push."""

import pytest

from fairway.domain.app import Filter, Patterns, PullEvent, Source
from fairway.intake import filters
from fairway.intake.filters import Pushed


@pytest.mark.parametrize(
    ("patterns", "changed", "expected"),
    [
        ([], ["a"], True),
        ([], [], True),
        (["src/**"], [], False),
        (["src/**"], ["src/a.js"], True),
        (["src/**"], ["docs/a.md"], False),
        (["src/**"], ["docs/a.md", "src/x"], True),
        (["src/**", "!src/docs/**"], ["src/docs/a.md"], False),
        (["src/**", "!src/docs/**", "src/docs/api.json"], ["src/docs/api.json"], True),
        (["!docs/**"], ["docs/a.md"], False),
        (["!docs/**"], ["src/a.js"], True),
        (["/*"], ["src/a.js"], True),
        (["src/*"], ["src/deep/a.js"], True),
        (["src/**/"], ["src/a.js"], False),
        (["src/**/"], ["src/deep/a.js"], True),
        (["a[!b]c"], ["a/c"], False),
        (["*.js"], ["deep/down/a.js"], True),
        (["/a.js"], ["deep/a.js"], False),
        (["Über uns/**"], ["Über uns/seite.txt"], True),
    ],
)
def test_any_changed_file_that_passes_starts_an_execution(patterns, changed, expected):
    assert filters.passes(changed, patterns) is expected


def branch(name: str, *changed: str, first: bool = False) -> Pushed:
    return Pushed(name=name, changed=changed, first=first)


def tag(name: str) -> Pushed:
    return Pushed(name=name, tag=True)


MASTER = Source()
RELEASES = Source(branches=Patterns(includes=("main", "release/**"), excludes=("release/old-*",)), by_branch=False)
TAGS = Source(tags=Patterns(includes=("v*",), excludes=("v0.*",)), by_branch=False)
BOTH = Source(tags=Patterns(includes=("v*",)))
FEATURES = Source(
    filters=(
        Filter(branches=Patterns(includes=("feature/**",)), files=Patterns(includes=("common/**/*.js",))),
        Filter(
            branches=Patterns(includes=("main",)), files=Patterns(includes=("README.md",), excludes=("LICENSE.txt",))
        ),
        Filter(tags=Patterns(includes=("hotfix-*",))),
    ),
    by_branch=False,
)


@pytest.mark.parametrize(
    ("source", "pushed"),
    [
        (MASTER, branch("master")),
        (Source(branch="we*rd"), branch("we*rd")),
        (RELEASES, branch("main")),
        (RELEASES, branch("release/1/2")),
        (Source(branches=Patterns(excludes=("wip/**",)), by_branch=False), branch("anything/at/all")),
        (TAGS, tag("v1.0")),
        (BOTH, tag("v1.0")),
        (BOTH, branch("master")),
        (FEATURES, branch("feature/triggers", "common/app.js")),
        (FEATURES, branch("main", "LICENSE.txt", "README.md")),
        (FEATURES, tag("hotfix-7")),
        (
            Source(paths=("src/**",), branches=Patterns(includes=("*",)), by_branch=False),
            branch("x", "src/a", first=True),
        ),
    ],
)
def test_a_push_that_any_filter_takes_starts_an_execution(source, pushed):
    assert filters.why_kept(source, pushed) == ""


@pytest.mark.parametrize(
    ("source", "pushed", "reason"),
    [
        (MASTER, branch("main"), "source.branch is master"),
        (MASTER, tag("v1"), "fairway.toml has no source.tags"),
        (Source(paths=("src/**",)), branch("master", "docs/a"), "no changed file passes source.paths: src/**"),
        (RELEASES, branch("master"), "source.branches is main, release/**, not release/old-*"),
        (RELEASES, branch("release/old-1"), "source.branches excludes release/old-*"),
        (TAGS, tag("1.0"), "source.tags is v*, not v0.*"),
        (TAGS, tag("v0.9"), "source.tags excludes v0.*"),
        (TAGS, branch("master"), "fairway.toml names tags alone; source.branch is not written there"),
        (
            FEATURES,
            branch("feature/triggers", "src/Main.java"),
            "no changed file passes source.filters[0].files: common/**/*.js; source.filters[1].branches is main",
        ),
        (
            FEATURES,
            branch("main", "LICENSE.txt"),
            "source.filters[0].branches is feature/**; "
            "no changed file passes source.filters[1].files: README.md, not LICENSE.txt",
        ),
        (
            FEATURES,
            branch("main", "README.md", first=True),
            "source.filters[0].branches is feature/**; "
            "source.filters[1].files compares with the commit before, and the branch is new",
        ),
        (FEATURES, tag("v1"), "source.filters[2].tags is hotfix-*"),
    ],
)
def test_a_push_that_no_filter_takes_is_kept_and_each_says_why(source, pushed, reason):
    assert filters.why_kept(source, pushed) == reason


TRIED = Source(
    filters=(
        Filter(
            pull_requests=(PullEvent.OPENED, PullEvent.UPDATED), branches=Patterns(includes=("master", "release/*"))
        ),
        Filter(
            pull_requests=(PullEvent.OPENED,),
            branches=Patterns(excludes=("old",)),
            files=Patterns(includes=("api/**",), excludes=("api/docs/**",)),
        ),
    )
)


@pytest.mark.parametrize(
    ("event", "target", "changed"),
    [
        ("opened", "master", ["x"]),
        ("updated", "release/1", []),
        ("opened", "develop", ["api/a.js", "x"]),
        ("opened", "develop", None),
    ],
)
def test_a_pull_request_is_tried_that_one_filter_takes(event, target, changed):
    assert filters.why_pull_request_kept(TRIED, PullEvent(event), target, changed) == ""


@pytest.mark.parametrize(
    ("event", "target", "changed", "reason"),
    [
        ("closed", "master", ["x"], "source.filters[0].pull_requests is opened, updated"),
        ("updated", "develop", ["api/a"], "source.filters[0].branches is master, release/*"),
        (
            "opened",
            "develop",
            ["api/docs/a"],
            "no changed file passes source.filters[1].files: api/**, not api/docs/**",
        ),
        ("opened", "old", None, "source.filters[1].branches excludes old"),
    ],
)
def test_a_pull_request_that_is_kept_names_the_filters(event, target, changed, reason):
    assert reason in filters.why_pull_request_kept(TRIED, PullEvent(event), target, changed)


def test_without_a_filter_of_pull_requests_none_is_tried():
    source = Source(filters=(Filter(branches=Patterns(includes=("master",))),))

    found = filters.why_pull_request_kept(source, PullEvent.OPENED, "master", [])

    assert found == "fairway.toml of master has no filter of pull requests"


def test_a_filter_of_pull_requests_takes_no_pushes():
    source = Source(by_branch=False, filters=TRIED.filters)

    assert filters.why_kept(source, branch("release/1", "api/a.js"))
    assert not filters.compares(source, "develop")

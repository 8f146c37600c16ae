"""What CodePipeline is told against what the server itself does with a push: the same pushes start an execution,
whatever `[source]` says, as long as CodePipeline can say it."""

from hypothesis import assume, given
from hypothesis import strategies as st

from fairway.domain.app import Filter, Patterns, Source
from fairway.domain.aws import triggers
from fairway.intake import filters
from fairway.intake.filters import Pushed

PIECES = st.sampled_from(["a", "b", "/", "*", "**/", "/**", "?", "[ab]", "[!a]", "{a", "}", ",", "a**b", "\\*"])
GIT = st.lists(PIECES, min_size=1, max_size=4).map("".join).filter(lambda text: text.strip("/") and "//" not in text)
NAMES = st.text(alphabet="ab/*{},", min_size=1, max_size=7).filter(
    lambda name: "//" not in name and name[0] != "/" and name[-1] != "/"
)
PATHS = st.lists(st.tuples(st.sampled_from(["", "!"]), GIT).map("".join), min_size=1, max_size=4).map(tuple)
GLOBS = st.lists(st.sampled_from(["a", "b*", "**", "a/*", "[ab]/**", "{a,b}"]), min_size=1, max_size=2).map(tuple)
EXCLUDES = st.lists(st.sampled_from(["ab", "b/**", "*a"]), max_size=2).map(tuple)
TAKEN = st.builds(Patterns, includes=GLOBS | st.just(()), excludes=EXCLUDES)
BRANCHES = st.builds(Filter, branches=TAKEN, files=st.none() | TAKEN) | st.builds(Filter, tags=TAKEN)
SOURCES = st.builds(
    Source,
    branch=st.sampled_from(["a", "b/a", "{a,b}"]),
    branches=st.none() | TAKEN,
    tags=st.none() | TAKEN,
    filters=st.lists(BRANCHES, max_size=3).map(tuple),
    by_branch=st.booleans(),
)
PUSHES = st.builds(
    Pushed, name=NAMES | st.just("{a,b}"), tag=st.booleans(), changed=st.lists(NAMES, min_size=1, max_size=3)
)


def starts(pushes: tuple[triggers.Push, ...], pushed: Pushed) -> bool:
    """What the user guide says of filters."""
    return any(
        (each.tags is not None and each.tags.take(pushed.name))
        if pushed.tag
        else each.branches is not None
        and each.branches.take(pushed.name)
        and (each.files is None or any(each.files.take(path) for path in pushed.changed))
        for each in pushes
    )


@given(PATHS, st.lists(NAMES, min_size=1, max_size=4))
def test_the_patterns_of_codepipeline_take_the_files_that_git_takes(paths: tuple[str, ...], changed: list[str]) -> None:
    assume(not triggers.unfit(Source(paths=paths)))

    patterns = triggers.pushes(Source(paths=paths))[0].files

    assert patterns is not None
    assert [patterns.take(name) for name in changed] == [filters.passes([name], paths) for name in changed]


@given(SOURCES, PUSHES)
def test_the_pipeline_starts_for_the_pushes_that_the_server_takes(source: Source, pushed: Pushed) -> None:
    source = Source(
        branch=source.branch,
        branches=source.branches,
        tags=source.tags,
        filters=source.filters,
        by_branch=source.by_branch and source.branches is None,
    )

    assert starts(triggers.pushes(source), pushed) == (filters.why_kept(source, pushed) == "")

"""The filters of pushes against a small model of CodePipeline's rules that shares no line with them: patterns by trying
every way to split the name, filters as the sentences of its user guide."""

import string

from hypothesis import given
from hypothesis import strategies as st

from fairway.domain import glob
from fairway.domain.app import Filter, Patterns, Source
from fairway.intake import filters
from fairway.intake.filters import Pushed

PIECES = st.sampled_from(["a", "b", "/", "*", "**", "**/", "?", "[ab]", "[!a]", "{a,b?}", "{a/b,[ab]b}", "\\*"])
PATTERNS = st.lists(PIECES, min_size=1, max_size=5).map("".join)
NAMES = st.text(alphabet="ab/*", max_size=6)
LISTS = st.lists(PATTERNS, max_size=2).map(tuple)
TAKEN = st.builds(Patterns, includes=LISTS, excludes=LISTS)
FILTERS = st.builds(Filter, branches=TAKEN, files=st.none() | TAKEN) | st.builds(Filter, tags=TAKEN)


def expand(pattern: str) -> list[str]:
    """The pattern without its groups: one for each choice."""
    if "{" not in pattern:
        return [pattern]
    before, _, rest = pattern.partition("{")
    choices, _, after = rest.partition("}")
    return [before + choice + more for choice in choices.split(",") for more in expand(after)]


def split(pattern: str) -> list[str]:
    """`**/`, `**`, `*`, `?`, sets, and single characters, escaped ones with their backslash."""
    found, at = [], 0
    while at < len(pattern):
        stars = len(pattern[at:]) - len(pattern[at:].lstrip("*"))
        length = stars or (pattern.index("]", at) + 1 - at if pattern[at] == "[" else 2 if pattern[at] == "\\" else 1)
        piece = pattern[at : at + length]
        at += length
        if stars > 1:
            piece = "**"
            if (not found or found[-1] == "/" or found[-1] == "**/") and pattern[at : at + 1] == "/":
                piece, at = "**/", at + 1
        found.append(piece)
    return found


def fits(pieces: list[str], name: str) -> bool:
    if not pieces:
        return not name
    piece, rest = pieces[0], pieces[1:]
    if piece == "**/":
        return fits(rest, name) or any(fits(rest, name[at + 1 :]) for at, each in enumerate(name) if each == "/")
    if piece in ("*", "**"):
        return any(
            fits(rest, name[length:]) for length in range(len(name) + 1) if piece == "**" or "/" not in name[:length]
        )
    if not name:
        return False
    first = name[0]
    if piece == "?":
        one = first != "/"
    elif piece.startswith("["):
        one = first != "/" and ((first in piece[2:-1]) is False if piece[1] == "!" else first in piece[1:-1])
    else:
        one = first == piece[-1]
    return one and fits(rest, name[1:])


def model_matches(pattern: str, name: str) -> bool:
    return any(fits(split(each), name) for each in expand(pattern))


def model_takes(patterns: Patterns, name: str) -> bool:
    if any(model_matches(each, name) for each in patterns.excludes):
        return False
    return patterns.includes == () or any(model_matches(each, name) for each in patterns.includes)


def model_starts(source: Source, pushed: Pushed) -> bool:
    """Any filter starts it; within one, all parts must; any one file is enough for the files."""
    ways = [source.tags is not None and pushed.tag and model_takes(source.tags, pushed.name)]
    if not pushed.tag and source.branches is not None:
        ways.append(model_takes(source.branches, pushed.name))
    elif not pushed.tag and source.by_branch:
        ways.append(pushed.name == source.branch)
    for each in source.filters:
        if each.tags is not None:
            ways.append(pushed.tag and model_takes(each.tags, pushed.name))
        elif each.branches is not None and not pushed.tag and model_takes(each.branches, pushed.name):
            compared = not pushed.first
            files = each.files
            ways.append(files is None or (compared and any(model_takes(files, path) for path in pushed.changed)))
    return any(ways)


@given(PATTERNS, NAMES)
def test_a_pattern_takes_the_names_that_the_model_takes(pattern: str, name: str) -> None:
    assert glob.matches(pattern, name) is model_matches(pattern, name)


@given(st.text(alphabet=string.printable, max_size=12), st.text(max_size=12))
def test_any_text_is_a_pattern_or_told_what_is_wrong(pattern: str, name: str) -> None:
    wrong = glob.problem(pattern)

    assert wrong or glob.matches(pattern, name) in (True, False)


SOURCES = st.builds(
    Source,
    branch=NAMES,
    branches=st.none() | TAKEN,
    tags=st.none() | TAKEN,
    filters=st.lists(FILTERS, max_size=3).map(tuple),
    by_branch=st.booleans(),
)
PUSHES = st.builds(
    Pushed, name=NAMES, tag=st.booleans(), changed=st.lists(NAMES, max_size=3).map(tuple), first=st.booleans()
)


@given(SOURCES, PUSHES)
def test_a_push_starts_an_execution_when_the_model_says_so_and_else_a_filter_is_named(
    source: Source, pushed: Pushed
) -> None:
    kept = filters.why_kept(source, pushed)

    assert (kept == "") is model_starts(source, pushed)
    assert kept == "" or "source." in kept


@given(SOURCES, PUSHES)
def test_the_files_are_compared_whenever_they_decide(source: Source, pushed: Pushed) -> None:
    other = Pushed(name=pushed.name, tag=pushed.tag, changed=("a", "b", "a/b"), first=pushed.first)
    differ = filters.why_kept(source, pushed) != filters.why_kept(source, other)

    assert filters.compares(source, pushed.name) or not differ

"""Which pushes start the pipeline on AWS: `[source]` of fairway.toml as CodePipeline's filters.

CodePipeline has the rules that `[source]` took from it (user guide, "Automate starting pipelines using triggers and
filtering"), but less room: three filters of pushes, eight patterns in a list. `source.paths` is older and keeps git's
rules; it is written anew as patterns that include and patterns that exclude. What can't be said so is refused. Filters
of pull requests are another pipeline's (`pulls`).

One thing is lost: in a new branch's first push CodePipeline sees no changed files, so that a filter with files takes
none of it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fairway.domain.app import Patterns, Source
from fairway.domain.aws.unfit import Unfit

FILTERS, PATTERNS, LONGEST = 3, 8, 255
"""Filters of one kind, patterns in each list, characters in each pattern (CodePipeline, "Quotas"; `GitPushFilter`,
`GitPullRequestFilter`)."""
ALL = "**"
BRACES = re.compile(r"[{},]")
STARS = re.compile(r"(\\.|(?<![^/])\*\*(?![^/]))|\*{2,}")
r"""Stars that git reads as one: those in a name, `a**b`, and more than two, `***/`. Group 1 is what stays as it is: a
pair between slashes, and a star that stands for itself, `\*`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One filter: pushes of these branches that change one of these files, or of these tags. `key` is where it stands
    in fairway.toml."""

    key: tuple[str | int, ...]
    branches: Patterns | None = None
    files: Patterns | None = None
    tags: Patterns | None = None

    @property
    def lists(self) -> tuple[Patterns, ...]:
        """The patterns that it has."""
        return tuple(each for each in (self.branches, self.files, self.tags) if each is not None)


def pushes(source: Source) -> tuple[Push, ...]:
    """The filters, as few as say it; none: no push starts anything."""
    found: list[Push] = []
    for push in _written(source):
        at = next((number for number, each in enumerate(found) if _joins(each, push)), None)
        if at is None:
            found.append(push)
        else:
            found[at] = _join(found[at], push)
    return tuple(found)


def unfit(source: Source) -> tuple[Unfit, ...]:
    """What CodePipeline can't do of it; none when all can be."""
    found = [*_unfit_paths(source.paths)]
    filters = pushes(source)
    if len(filters) > FILTERS:
        message = f"on AWS a pipeline has at most {FILTERS} filters of pushes, and these are {len(filters)}"
        found.append(Unfit(path=filters[FILTERS].key, message=message, hint="write patterns of several into one list"))
    return (*found, *(problem for each in filters for problem in unfit_lists(each)))


def globs(paths: Sequence[str]) -> Patterns:
    """git's patterns as those that include and those that exclude: `["src/", "!*.md"]` gives `src/**` without `**/*.md`
    and `**/*.md/**`. A pattern that excludes before all that include has no effect, and is left out."""
    taken = [pattern for pattern in paths if pattern.strip() and not pattern.startswith("#")]
    included = [number for number, pattern in enumerate(taken) if not pattern.startswith("!")]
    first = included[0] if included else 0
    excludes = [pattern[1:] for pattern in taken[first:] if pattern.startswith("!")]
    includes = [pattern for pattern in taken if not pattern.startswith("!")]
    return Patterns(
        includes=tuple(dict.fromkeys(each for pattern in includes for each in _globs(pattern))),
        excludes=tuple(dict.fromkeys(each for pattern in excludes for each in _globs(pattern))),
    )


def _written(source: Source) -> Iterator[Push]:
    """A filter for each place of fairway.toml that speaks of pushes."""
    files = whole(globs(source.paths)) if source.paths else None
    if source.branches is not None:
        yield Push(key=("source", "branches"), branches=whole(source.branches), files=files)
    elif source.by_branch:
        yield Push(key=("source", "branch"), branches=Patterns(includes=(_literally(source.branch),)), files=files)
    if source.tags is not None:
        yield Push(key=("source", "tags"), tags=whole(source.tags))
    for number, each in enumerate(source.filters):
        if not each.pull_requests:
            yield Push(
                key=("source", "filters", number),
                branches=None if each.branches is None else whole(each.branches),
                files=None if each.files is None else whole(each.files),
                tags=None if each.tags is None else whole(each.tags),
            )


def whole(patterns: Patterns) -> Patterns:
    """The patterns, with one for "all" where only excludes are written."""
    return patterns if patterns.includes else replace(patterns, includes=(ALL,))


def _joins(one: Push, other: Push) -> bool:
    """Whether one filter can say both: the same files, the same kind of names, and nothing that one takes and the other
    excludes."""
    names = [each.branches or each.tags for each in (one, other)]
    plain = all(each is not None and not each.excludes for each in names)
    return plain and one.files == other.files and (one.tags is None) == (other.tags is None)


def _join(one: Push, other: Push) -> Push:
    if one.tags is not None and other.tags is not None:
        return replace(one, tags=_together(one.tags, other.tags))
    assert one.branches is not None and other.branches is not None, "they join"
    return replace(one, branches=_together(one.branches, other.branches))


def _together(one: Patterns, other: Patterns) -> Patterns:
    return Patterns(includes=tuple(dict.fromkeys((*one.includes, *other.includes))))


def _unfit_paths(paths: Sequence[str]) -> Iterator[Unfit]:
    """Of git's patterns the last one that matches decides; CodePipeline has no order, and excludes win."""
    including = [number for number, pattern in enumerate(paths) if not pattern.startswith("!")]
    for number in including:
        excluding = next((p for p in paths[including[0] : number] if p.startswith("!")), None)
        if excluding is not None:
            message = f'on AWS "{excluding}" wins over "{paths[number]}", whatever comes last'
            hint = "write the patterns that include first, and after them those that exclude"
            yield Unfit(path=("source", "paths"), message=message, hint=hint)
            return


def unfit_lists(push: Push) -> Iterator[Unfit]:
    """What of the filter's lists has no room in CodePipeline's."""
    for patterns in push.lists:
        for name, each in (("includes", patterns.includes), ("excludes", patterns.excludes)):
            if len(each) > PATTERNS:
                message = f"on AWS a list has at most {PATTERNS} patterns, and {name} would have {len(each)}"
                hint = 'join some: "{main,release}" is one pattern; of a folder, "src/**" needs one and "src" four'
                yield Unfit(path=_key_of(push, patterns), message=message, hint=hint)
            elif long := next((pattern for pattern in each if len(pattern) > LONGEST), None):
                message = f'on AWS a pattern has at most {LONGEST} characters: "{long[:40]}…"'
                yield Unfit(path=_key_of(push, patterns), message=message)


def _key_of(push: Push, patterns: Patterns) -> tuple[str | int, ...]:
    if patterns is push.files and len(push.key) == len(("source", "branch")):
        return ("source", "paths")
    return push.key


def _globs(pattern: str) -> Iterator[str]:
    """One pattern of git's. It matches a file of that name and all in a folder of it; without a slash in it, or with
    one at its end alone, at any depth."""
    folder = pattern.endswith("/")
    name = pattern.rstrip("/")
    anchored = "/" in name
    name = STARS.sub(lambda found: found[1] or "*", BRACES.sub(r"\\\g<0>", name.removeprefix("/"))).replace("[^", "[!")
    base = name if anchored or name == ALL else f"**/{name}"
    if not folder:
        yield base
    if base.rpartition("/")[2] != ALL:
        yield f"{base}/**"
    elif folder:
        # What "**/" matches is folders, so files in one: not those that lie beside it.
        yield f"{base.removesuffix('**')}*/**"


def _literally(name: str) -> str:
    """A branch's name as a pattern: git allows no wildcard in it, but braces."""
    return BRACES.sub(r"\\\g<0>", name)

"""Which pushes start an execution: pure functions of what `fairway.toml` says and what was pushed.

The rules are CodePipeline's (its user guide, "Automate starting pipelines using triggers and filtering"): filters are
alternatives; within one, the branch and a changed file must both be taken; names within a list are alternatives;
excludes win; each changed file is looked at by itself; the first push of a branch has no changed files to look at. With
a filter, the branch alone starts nothing any more, unless it is written down too.

Pull requests have filters of their own, with the branch that they go to in place of the pushed one.

`source.paths` is older than these and keeps git's rules: the last pattern that matches decides, and in a branch's first
push every file counts as changed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pathspec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from fairway.domain.app import Filter, Patterns, PullEvent, Source

WITHIN = re.compile(r"(?<=[^/])/\*\*/$")
"""The folders in a folder, `src/**/`."""


class _GitPattern(GitIgnoreSpecPattern):
    """pathspec's reading of a pattern, mended where git's is another: of `src/**/` it takes the files that lie beside
    the folders too, and in `[!a]` it takes a slash."""

    @classmethod
    def pattern_to_regex(cls, pattern: str | bytes) -> tuple[Any, bool | None]:
        assert isinstance(pattern, str), "fairway.toml is text"
        regex, includes = super().pattern_to_regex(WITHIN.sub("/*/**", pattern))
        return regex and regex.replace("[^", "[^/"), includes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A branch, or a `tag`, and the `changed` files; `first`: the branch had no commit before."""

    name: str
    tag: bool = False
    changed: Sequence[str] = ()
    first: bool = False


def why_kept(source: Source, pushed: Pushed) -> str:
    """Why the push starts nothing ("source.branch is master"), "" when it does start an execution."""
    reasons = []
    for reason in _tag_reasons(source, pushed) if pushed.tag else _branch_reasons(source, pushed):
        if not reason:
            return ""
        reasons.append(reason)
    return "; ".join(reasons)


def compares(source: Source, branch: str) -> bool:
    """Whether it depends on the changed files what becomes of a push of the branch."""
    return bool(source.paths) or any(
        each.files is not None and each.branches is not None and each.branches.take(branch) for each in _pushes(source)
    )


def why_pull_request_kept(source: Source, event: PullEvent, target: str, changed: Sequence[str] | None) -> str:
    """Why a pull request to the branch `target` starts nothing, "" when it does start an execution. `source` is what
    the target's own fairway.toml says. `changed` None: its files are not known, and don't keep it."""
    reasons = []
    for number, each in enumerate(source.filters):
        if not each.pull_requests or each.branches is None:
            continue
        key = f"source.filters[{number}]"
        if event not in each.pull_requests:
            reasons.append(f"{key}.pull_requests is {', '.join(each.pull_requests)}")
        elif reason := _refuse(f"{key}.branches", each.branches, target):
            reasons.append(reason)
        elif each.files is None or changed is None or any(each.files.take(path) for path in changed):
            return ""
        else:
            reasons.append(f"no changed file passes {key}.files: {_show(each.files)}")
    return "; ".join(reasons) or f"fairway.toml of {target} has no filter of pull requests"


def passes(changed: Iterable[str], patterns: Sequence[str]) -> bool:
    """Whether any changed file passes the patterns: git's wildmatch, the last one that matches decides, `!` excludes.

    Concrete example: with `["src/**", "!**/*.md"]` a push of `src/a.js` and `src/a.md` passes, one of `src/a.md` alone
    does not. Patterns that only exclude leave everything else in. No patterns, or no changed file that could be
    compared (an empty commit): it passes only when there are no patterns.
    """
    if not patterns:
        return True
    every = ["**", *patterns] if all(pattern.startswith("!") for pattern in patterns) else patterns
    spec = pathspec.PathSpec.from_lines(_GitPattern, every)
    return any(spec.match_file(path) for path in changed)


def _tag_reasons(source: Source, pushed: Pushed) -> Iterator[str]:
    """For each place that speaks of tags why it takes this one not, "" when it does."""
    places = [("source.tags", source.tags)]
    places += [(f"source.filters[{number}].tags", each.tags) for number, each in enumerate(source.filters)]
    named = [(key, patterns) for key, patterns in places if patterns is not None]
    for key, patterns in named:
        yield _refuse(key, patterns, pushed.name)
    if not named:
        yield "fairway.toml has no source.tags"


def _branch_reasons(source: Source, pushed: Pushed) -> Iterator[str]:
    """For each place that speaks of branches why it takes this push not, "" when it does."""
    if source.branches is not None:
        yield _refuse("source.branches", source.branches, pushed.name) or _refuse_paths(source, pushed)
    elif source.by_branch:
        other = "" if pushed.name == source.branch else f"source.branch is {source.branch}"
        yield other or _refuse_paths(source, pushed)
    elif not any(each.branches for each in _pushes(source)):
        yield "fairway.toml names tags alone; source.branch is not written there"
    for number, each in enumerate(source.filters):
        if each.branches is not None and not each.pull_requests:
            yield _refuse_filter(f"source.filters[{number}]", each.branches, each.files, pushed)


def _pushes(source: Source) -> list[Filter]:
    return [each for each in source.filters if not each.pull_requests]


def _refuse_paths(source: Source, pushed: Pushed) -> str:
    if passes(pushed.changed, source.paths):
        return ""
    return f"no changed file passes source.paths: {', '.join(source.paths)}"


def _refuse_filter(key: str, branches: Patterns, files: Patterns | None, pushed: Pushed) -> str:
    if (reason := _refuse(f"{key}.branches", branches, pushed.name)) or files is None:
        return reason
    if pushed.first:
        return f"{key}.files compares with the commit before, and the branch is new"
    if any(files.take(path) for path in pushed.changed):
        return ""
    return f"no changed file passes {key}.files: {_show(files)}"


def _refuse(key: str, patterns: Patterns, name: str) -> str:
    if patterns.take(name):
        return ""
    if excluding := patterns.excluded_by(name):
        return f"{key} excludes {excluding}"
    return f"{key} is {_show(patterns)}"


def _show(patterns: Patterns) -> str:
    excluded = f"not {', '.join(patterns.excludes)}" if patterns.excludes else ""
    return ", ".join(part for part in (*patterns.includes, excluded) if part)

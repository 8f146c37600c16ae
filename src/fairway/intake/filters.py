"""Which pushes start an execution: pure functions of what `fairway.toml` says and what was pushed."""

import tomllib
from collections.abc import Iterable, Sequence

import pathspec


def passes(changed: Iterable[str], patterns: Sequence[str]) -> bool:
    """Whether any changed file passes the patterns: git's wildmatch, the last one that matches decides, `!` excludes.

    Concrete example: with `["src/**", "!**/*.md"]` a push of `src/a.js` and `src/a.md` passes, one of `src/a.md` alone
    does not. Patterns that only exclude leave everything else in. No patterns, or no changed file that could be
    compared (an empty commit): it passes only when there are no patterns.
    """
    if not patterns:
        return True
    every = ["**", *patterns] if all(pattern.startswith("!") for pattern in patterns) else patterns
    spec = pathspec.PathSpec.from_lines("gitignore", every)
    return any(spec.match_file(path) for path in changed)


def branch_of(text: str) -> str | None:
    """The `source.branch` of a fairway.toml that may be wrong elsewhere; None when it can't be told, "" for none."""
    try:
        source = tomllib.loads(text).get("source", {})
    except (ValueError, RecursionError):
        return None
    branch = source.get("branch", "") if isinstance(source, dict) else ""
    return branch if isinstance(branch, str) else None

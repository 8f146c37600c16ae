"""What `fairway check --fix` mends: lines that keep env files out of git and images, an example of the variables,
scripts of package.json.

It adds, and changes no line that is there. All files are looked at before the first is written, so that one that can't
be written leaves the others as they are; each is written whole, so that whoever dies between two of them starts again.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fairway.cli import contract, envkeeping, rewriting
from fairway.cli.rewriting import Rewrite
from fairway.domain import known
from fairway.domain.app import App
from fairway.domain.detection import Detection

if TYPE_CHECKING:
    from fairway.build.detect.tree import Tree

BY = "fairway check"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def mend(top: Path, app: App, rules: frozenset[str]) -> list[dict[str, str]]:
    """Mend what is safe and say what was changed, as path and what. Only what belongs to `rules`, when there are any,
    and to no silenced one. Raises UsageError when a file can't be written."""
    files = contract.listed(top)
    rewrites = list(plan(top, app, rules, files))
    for each in rewrites:
        each.write()
    return [{"path": each.path, "what": each.what} for each in rewrites]


def plan(top: Path, app: App, rules: frozenset[str], files: "Tree") -> Iterator[Rewrite]:
    """Each file that will be another."""

    def wanted(*names: str) -> bool:
        return any(name not in app.silenced and (not rules or name in rules) for name in names)

    if wanted("env-file-committed") and (change := envkeeping.keep_out_of_git(top, BY)) is not None:
        yield change
    found = detect(files, app)
    if wanted("no-dockerignore", "copies-env-file") and (change := dockerignore(top, files, found)) is not None:
        yield change
    if wanted("missing-script") and (change := package(top, app, files, found)) is not None:
        yield change
    if not rules and (change := example(top, app, files)) is not None:
        yield change


def detect(files: "Tree", app: App) -> Detection:
    """What the files of the app tell."""
    from fairway.build.detect import detect as detecting

    directory = None if app.build.directory == "." else app.build.directory
    return detecting.detect(files, directory=directory, dockerfile=app.build.dockerfile)


def dockerignore(top: Path, files: "Tree", found: Detection) -> Rewrite | None:
    """The .dockerignore with the lines that it lacks, None when it lacks none or no Dockerfile asks for it."""
    from fairway.build.audit import ignoring

    path = ignoring.place(files, found)
    if path is None:
        return None
    content = rewriting.read(top, path)
    text = (content or b"").decode("utf-8-sig", "replace")
    lines = ignoring.lacking(
        files, text, envkeeping.LINES, lambda ignore: envkeeping.are_kept_out(envkeeping.lines_in(ignore.encode()))
    )
    if not lines:
        return None
    after = rewriting.with_lines(content, f"What never goes into the image (added by {BY}).", lines)
    return Rewrite(top=top, path=path, what=f"added {' '.join(lines)}", before=content, after=after)


def package(top: Path, app: App, files: "Tree", found: Detection) -> Rewrite | None:
    """The package.json with the scripts that it lacks, None when it lacks none or its form would not stay."""
    from fairway.build.audit import scripts

    path = scripts.place(app)
    lacking = [each.script for each in scripts.unscripted(files, found, app)]
    content = rewriting.read(top, path) if lacking else None
    added = scripts.proposals(scripts.read(files, app), lacking)
    after = scripts.with_scripts(content, added) if content is not None and added else None
    if after is None:
        return None
    return Rewrite(top=top, path=path, what=f"added {' '.join(added)}", before=content, after=after)


def example(top: Path, app: App, files: "Tree") -> Rewrite | None:
    """A .env.example with the names that the code reads, None when there is an example already, or nothing to set."""
    from fairway.build import contracts
    from fairway.build.contract import documents

    if any(documents.EXAMPLE.search(path) for path in files.files()):
        return None
    if rewriting.read(top, envkeeping.EXAMPLE) is not None:
        return None
    names = [
        each.name
        for each in contracts.read_tree(files, app).variables
        if NAME.fullmatch(each.name) and not known.is_given(each.name)
    ]
    if not names:
        return None
    what = f"named {', '.join(names[:5])}{f' and {len(names) - 5} more' if len(names) > 5 else ''}, without values"
    text = envkeeping.example_of(names)
    return Rewrite(top=top, path=envkeeping.EXAMPLE, what=what, before=None, after=text.encode())

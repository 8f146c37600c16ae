"""Env files that a build would take into the image: they hold secrets, and an image is handed around.

A Dockerfile that Fairway generates never takes them. Of the user's own it is said, in the build's log.
"""

import os
import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pathspec

from fairway.domain import dockerfile

NAME = re.compile(r"\.env(?:\..+)?")
TEMPLATE = re.compile(r"(?i)example|sample|template|dist\Z|\.vault\Z")
SKIPPED = {".git", "node_modules", ".venv"}
DEEPEST = 4
LINES = "\n# Added by Fairway: env files never go into an image.\n**/.env\n**/.env.*\n!**/.env.example\n"


def keep_out(own: str) -> str:
    """The text of a repository's .dockerignore, and behind it the lines that keep env files out."""
    return own.rstrip("\n") + "\n" + LINES


def carried(text: str, context: Path, ignore: str) -> list[str]:
    """The env files of the context that this Dockerfile copies and this .dockerignore lets in."""
    wanted = list(copied(text))
    is_outside = keeps_out(ignore)
    return [
        name for name in sorted(find(context)) if not is_outside(name) and any(takes(source, name) for source in wanted)
    ]


def keeps_out(ignore: str) -> Callable[[str], bool]:
    """Whether a .dockerignore of that text keeps a file out of the build, by its path from the context's root."""
    # Docker's patterns are seen from the context's root, git's of one word from any folder.
    given = (line.strip() for line in ignore.splitlines())
    lines = [each for line in given if line and not line.startswith("#") for each in anchor(line)]
    return pathspec.PathSpec.from_lines("gitignore", lines).match_file


def anchor(line: str) -> tuple[str, str]:
    """A line of a .dockerignore as lines of a .gitignore that mean the same: what it names, and all below."""
    negated, pattern = ("!", line[1:].strip()) if line.startswith("!") else ("", line)
    path = posixpath.normpath(pattern).lstrip("/")
    return f"{negated}/{path}", f"{negated}/{path}/**"


def copied(text: str) -> Iterator[str]:
    """The sources of each COPY and ADD from the context, as paths from its root."""
    for each in dockerfile.parse(text):
        if each.keyword not in ("COPY", "ADD") or "--from=" in each.value or "<<" in each.value:
            continue
        words = [word.strip("\"',[]") for word in each.value.split() if not word.startswith("--")]
        for word in words[1:-1] if words and words[0].upper() == each.keyword else words[:-1]:
            yield posixpath.normpath(word.lstrip("/") or ".")


def takes(source: str, name: str) -> bool:
    """Whether copying the source takes the file along."""
    if source == "." or name == source or name.startswith(f"{source}/"):
        return True
    return any(part in source for part in "*?[") and pathspec.PathSpec.from_lines(
        "gitignore", [f"/{source}"]
    ).match_file(name)


def find(context: Path) -> Iterator[str]:
    """The env files of the context, as paths from its root."""
    for folder, folders, files in os.walk(context):
        place = Path(folder).relative_to(context)
        folders[:] = [name for name in folders if name not in SKIPPED] if len(place.parts) < DEEPEST else []
        yield from ((place / name).as_posix() for name in files if NAME.fullmatch(name) and not TEMPLATE.search(name))

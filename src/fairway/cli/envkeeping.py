"""What `fairway init` does about env files: out of git, out of images, with an example that has their names alone.
`fairway check --fix` does the same by the same rules.

Lines are added to a .gitignore or .dockerignore that is there; nothing in it is changed.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from fairway.cli import git, rewriting, variables
from fairway.cli.rewriting import Rewrite
from fairway.errors import FairwayError

LINES = (".env", ".env.*", "!.env.example")
PROBES = (".env", ".env.production", ".env.local")
EXAMPLE = ".env.example"
TEMPLATE = re.compile(r"(?i)example|sample|template|dist\Z|\.vault\Z")
COVERED = re.compile(r"(?:/|\*\*/)?(?:\.env\*|\.\*|\*)/?")
"""A line of a .dockerignore that keeps all env files out."""
LET_IN = re.compile(r"!(?:.*/)?\.env")


def keep_out_of_git(top: Path, by: str = "fairway init") -> Rewrite | None:
    """What .gitignore will be, None when git takes no env file, lets one in on purpose, or there is no repository.
    Raises UsageError when it can't be added to."""
    if git.top_level(top) is None or all(is_ignored(top, name) for name in PROBES):
        return None
    content = rewriting.read(top, ".gitignore")
    lines = lines_in(content)
    return None if lets_in(lines) or set(LINES) <= lines else add(top, ".gitignore", content, LINES, by)


def is_ignored(top: Path, name: str) -> bool:
    """Whether git leaves a file of that name out."""
    return git.run("check-ignore", "--no-index", "--quiet", "--", name, cwd=top, check=False) is not None


def keep_out_of_images(top: Path, path: str) -> Rewrite | None:
    """What the .dockerignore that is there will be, None when there is none, or builds take no env file. Raises
    UsageError when it can't be added to."""
    content = rewriting.read(top, path) if (top / path).exists() else None
    if content is None or are_kept_out(lines_in(content)):
        return None
    return add(top, path, content, LINES, "fairway init")


def are_kept_out(lines: frozenset[str]) -> bool:
    """Whether these lines of a .dockerignore keep env files out, or let one in on purpose."""
    named = {line.strip("/") for line in lines}
    return lets_in(lines) or any(COVERED.fullmatch(line) for line in lines) or {".env", ".env.*"} <= named


def lets_in(lines: frozenset[str]) -> bool:
    """Whether somebody wrote that an env file goes in: lines behind that one would undo it."""
    return any(LET_IN.match(line) and not TEMPLATE.search(line) for line in lines)


def lines_in(content: bytes | None) -> frozenset[str]:
    """The lines of an ignore file."""
    return frozenset(line.strip() for line in (content or b"").decode("utf-8-sig", "replace").splitlines())


def add(top: Path, path: str, content: bytes | None, lines: tuple[str, ...], by: str) -> Rewrite:
    """The file with the lines at its end, behind one that says why."""
    comment = f"Env files hold secrets (added by {by})."
    after = rewriting.with_lines(content, comment, lines)
    return Rewrite(top=top, path=path, what=f"added {' '.join(lines)}", before=content, after=after)


def example(folder: Path) -> str | None:
    """A .env.example with the names that the env files here set, and no value; None when there are none. A file that
    can't be read is passed over: whoever uses it is told."""
    names: set[str] = set()
    for file in env_files(folder):
        try:
            names |= set(variables.read_written(file))
        except FairwayError:
            continue
    return example_of(names) if names else None


def example_of(names: Iterable[str]) -> str:
    """The text of a .env.example."""
    return "".join(["# The variables of this app, without values. Copy it to .env and fill it in.\n", *lines_of(names)])


def lines_of(names: Iterable[str]) -> list[str]:
    """A line for each."""
    return [f"{name}=\n" for name in sorted(names)]


def env_files(folder: Path) -> list[Path]:
    """The env files of a folder, but for examples."""
    return [file for file in sorted(folder.glob(".env*")) if file.is_file() and not TEMPLATE.search(file.name)]


def committed(top: Path) -> list[str]:
    """The env files that git has, below any folder: their values are in its history."""
    listed = git.run("ls-files", "-z", "--", ":(glob)**/.env", ":(glob)**/.env.*", cwd=top, check=False)
    return [name for name in (listed or "").split("\0") if name and not TEMPLATE.search(name)]

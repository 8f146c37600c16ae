"""What `fairway init` does about env files: out of git, out of images, with an example that has their names alone.

Lines are added to a .gitignore or .dockerignore that is there; nothing in it is changed.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from fairway.cli import git, variables
from fairway.errors import FairwayError, UsageError

LINES = (".env", ".env.*", "!.env.example")
PROBES = (".env", ".env.production", ".env.local")
EXAMPLE = ".env.example"
TEMPLATE = re.compile(r"(?i)example|sample|template|dist\Z|\.vault\Z")
COVERED = re.compile(r"(?:/|\*\*/)?(?:\.env\*|\.\*|\*)/?")
"""A line of a .dockerignore that keeps all env files out."""


def keep_out_of_git(top: Path) -> bool:
    """Whether lines were added to .gitignore: git takes env files until then. Nothing where there is no repository."""
    if git.top_level(top) is None or all(is_ignored(top, name) for name in PROBES):
        return False
    add_lines(top / ".gitignore", LINES)
    return True


def is_ignored(top: Path, name: str) -> bool:
    """Whether git leaves a file of that name out."""
    return git.run("check-ignore", "--no-index", "--quiet", "--", name, cwd=top, check=False) is not None


def keep_out_of_images(folder: Path) -> bool:
    """Whether lines were added to the .dockerignore that is there: builds take env files until then."""
    file = folder / ".dockerignore"
    try:
        lines = {line.strip() for line in file.read_text(encoding="utf-8", errors="replace").splitlines()}
    except FileNotFoundError:
        return False
    if any(COVERED.fullmatch(line) for line in lines) or {".env", ".env.*"} <= {each.strip("/") for each in lines}:
        return False
    add_lines(file, LINES)
    return True


def add_lines(file: Path, lines: Sequence[str]) -> None:
    """Add them at the end, behind a line that says why. Raises UsageError when it can't be written."""
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
        with file.open("a", encoding="utf-8") as opened:
            opened.write(
                "".join([gap, "# Env files hold secrets (added by fairway init).\n", *(f"{e}\n" for e in lines)])
            )
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be added to", why=str(error)) from error


def example(folder: Path) -> str | None:
    """A .env.example with the names that the env files here set, and no value; None when there are none. A file that
    can't be read is passed over: whoever uses it is told."""
    names: set[str] = set()
    for file in env_files(folder):
        try:
            names |= set(variables.read_written(file))
        except FairwayError:
            continue
    if not names:
        return None
    return "".join(["# The variables of this app, without values. Copy it to .env and fill it in.\n", *lines_of(names)])


def lines_of(names: set[str]) -> list[str]:
    """A line for each."""
    return [f"{name}=\n" for name in sorted(names)]


def env_files(folder: Path) -> list[Path]:
    """The env files of a folder, but for examples."""
    return [file for file in sorted(folder.glob(".env*")) if file.is_file() and not TEMPLATE.search(file.name)]


def committed(top: Path) -> list[str]:
    """The env files that git has, below any folder: their values are in its history."""
    listed = git.run("ls-files", "-z", "--", ":(glob)**/.env", ":(glob)**/.env.*", cwd=top, check=False)
    return [name for name in (listed or "").split("\0") if name and not TEMPLATE.search(name)]


def missing_scripts(scripts: Mapping[str, str], environments: Sequence[str]) -> dict[str, str]:
    """The scripts start:ENVIRONMENT that a package.json lacks, as they would be: the one that is there for production,
    or start."""
    base = scripts.get("start:production") or scripts.get("start:prod") or scripts.get("start")
    if not base:
        return {}
    return {f"start:{name}": base for name in environments if f"start:{name}" not in scripts}

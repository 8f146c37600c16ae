"""What will be built: the one place that asks detection and the recipe.

In: the app's [build] and its checkout. Out: a Plan with the Dockerfile's path, and the text of what Fairway writes for
a repository that has no Dockerfile or no .dockerignore. Nothing is written into the checkout.
"""

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fairway.build import envfiles
from fairway.domain import dockerfile
from fairway.domain.app import Build
from fairway.errors import UsageError

USUAL = ("Dockerfile", "dockerfile", "Containerfile")
TEST = "test"
"""The stage that runs the tests, in a generated Dockerfile and in a user's own that has one of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`context` is the directory that the build reads. `text` is the Dockerfile's; `path` is None when Fairway made it.

    `ignore` is the text of a .dockerignore to give along, None when the repository has its own. `others` are texts to
    take when a base image of the first can't be had: the same recipe on other versions that the repository allows.
    `startless` is the error for an image that by itself starts nothing, None for one that does.
    """

    context: Path
    text: str
    path: Path | None
    ignore: str | None
    others: tuple[str, ...] = ()
    startless: UsageError | None = None

    @property
    def has_test_stage(self) -> bool:
        """Whether there is a stage for the tests."""
        return dockerfile.find_stage(dockerfile.stages(self.text, {}), TEST) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What a recipe wrote: the directory that the build reads (relative to the repository), and the two files.

    `found` is the path of a Dockerfile that detection found in an unusual place, None when it wrote `dockerfile`.
    `others` and `startless` are as in Plan.
    """

    context: str
    dockerfile: str
    ignore: str
    found: str | None = None
    others: tuple[str, ...] = ()
    startless: UsageError | None = None


Recipe = Callable[[Path, Build], Generated]
"""Detects the repository and writes its recipe. Raises UsageError when it finds nothing to build."""

IGNORE = """\
# Given along by Fairway, because the repository has no .dockerignore.
.git
**/node_modules
**/__pycache__
**/.venv
.env
.env.*
!.env.example
"""
"""For a user's Dockerfile. Git's own files and installed packages would undo the cache, .env files hold secrets."""


def make(build: Build, checkout: Path, recipe: Recipe) -> Plan:
    """The plan. Raises UsageError when the Dockerfile that is named is not there, or lies outside the repository."""
    directory = inside(checkout, build.directory, "build.directory")
    if not directory.is_dir():
        raise UsageError(f'build.directory = "{build.directory}" is not there', why="the commit has no such directory")
    found = find_dockerfile(build, checkout, directory)
    startless = None
    if found is None:
        generated = recipe(checkout, build)
        directory = inside(checkout, generated.context, "the build's directory")
        startless = generated.startless
        if generated.found is None:
            return Plan(
                context=directory,
                text=generated.dockerfile,
                path=None,
                ignore=keep_out(directory, generated.ignore),
                others=generated.others,
                startless=startless,
            )
        found = inside(checkout, generated.found, "the Dockerfile")
    text = read(found, checkout)
    own = found.with_name(f"{found.name}.dockerignore").is_file()
    given = None if own else ignore(directory, IGNORE)
    return Plan(context=directory, text=text, path=found, ignore=given, startless=startless)


def find_dockerfile(build: Build, checkout: Path, directory: Path) -> Path | None:
    """The Dockerfile that is named (in the directory, or from the repository's root), else one with a usual name."""
    if build.dockerfile:
        for place in (directory, checkout.resolve()):
            relative = str(place.relative_to(checkout.resolve()) / build.dockerfile)
            path = inside(checkout, relative, "build.dockerfile")
            if path.is_file():
                return path
        raise UsageError(
            f'build.dockerfile = "{build.dockerfile}" is not there',
            why="the commit has no such file",
            hint="correct the name in fairway.toml, or leave the key out to have one generated",
        )
    usual = next((name for name in USUAL if (directory / name).is_file()), None)
    return inside(checkout, str(directory.relative_to(checkout.resolve()) / usual), usual) if usual else None


def inside(checkout: Path, relative: str, key: str) -> Path:
    """The path, which a link or `..` must not lead out of the repository."""
    path = (checkout / relative).resolve()
    if not path.is_relative_to(checkout.resolve()):
        raise UsageError(f"{key} leads out of the repository", why=f"{relative} is not below it")
    return path


def read(path: Path, checkout: Path) -> str:
    """The Dockerfile's text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.relative_to(checkout.resolve())} can't be read", why=str(error)) from error


def keep_out(context: Path, text: str) -> str:
    """The .dockerignore of a generated Dockerfile: the repository's own, with env files kept out, or the given text."""
    own = context / ".dockerignore"
    return envfiles.keep_out(read(own, context)) if own.is_file() else text


def ignore(context: Path, text: str) -> str | None:
    """The .dockerignore to give along, None when the context has one."""
    return None if (context / ".dockerignore").is_file() else text


def references(plan: Plan, args: Mapping[str, str], target: str | None) -> tuple[str, ...]:
    """The images from outside that building the target needs."""
    return dockerfile.references(plan.text, {**dockerfile.automatic(platform.machine()), **args}, target)

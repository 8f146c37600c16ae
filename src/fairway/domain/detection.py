"""What was concluded from a repository's files: how it is built, started and reached, and from where each was read.

`build.detect` makes a Detection from a checkout, `build.recipe` turns it into a Dockerfile, `fairway init` prints its
evidence and problems. Every path in it is relative and written with `/`; `where` is `file` or `file:line` (lines count
from 1), relative to the repository. Nothing here was tried: it is what the files say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fairway.domain.app import Defaults


class Kind(StrEnum):
    """How the image is made: from the repository's Dockerfile, or from a generated one for Node.js or Python."""

    NODE = "node"
    PYTHON = "python"
    DOCKERFILE = "dockerfile"
    UNKNOWN = "unknown"


class Manager(StrEnum):
    """What installs the dependencies. `YARN` is yarn 1, `BERRY` yarn 2 and later."""

    NPM = "npm"
    YARN = "yarn"
    BERRY = "berry"
    PNPM = "pnpm"
    PIP = "pip"
    POETRY = "poetry"
    UV = "uv"
    PIPENV = "pipenv"


def parted(where: str) -> tuple[str, int]:
    """The file and the line of a place (`src/server.ts:41`), 0 where it names no line. A name may have colons."""
    file, _, line = where.rpartition(":")
    return (file, int(line)) if file and line.isdecimal() else (where, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One conclusion in words (`Node.js 22`) and the file, or file and line, that it was drawn from."""

    what: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that will fail, or may: what, why, and what to do. A `fatal` one leaves nothing to build or start; with
    `start` it is the start alone, and a command in fairway.toml heals it."""

    what: str
    why: str
    fix: str
    where: str = ""
    fatal: bool = False
    start: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The language and its version as an image's tag has it (`22`, `20.11`, `20.11.1`).

    `others` are versions that the files allow as well, for a host that can't have an image of the first.
    """

    language: str
    version: str
    where: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageManager:
    """What installs, in which version (None: the base image's own, or the newest), from which lock file (None: none).

    `lock` is relative to the build context.
    """

    manager: Manager
    version: str | None
    lock: str | None
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A shell command of the build, run in the app's directory, and where it was found."""

    command: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The start command in exec form, unwrapped so that signals reach the process, and the text it was made from."""

    command: tuple[str, ...]
    text: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """The port that the process listens on by default, and the variable that moves it (None: none does).

    `assumed` is true when no file names the number, and it is only the usual one.
    """

    number: int
    variable: str | None
    where: str
    assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A path that looks like a health check."""

    path: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One package of a monorepo: its name, and its directory relative to the build context."""

    name: str
    directory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeInstall:
    """What the generated Dockerfile of a Node.js app needs to know beyond the common facts. Paths are relative to the
    build context.

    manifests: files and directories (ending with a slash) that decide what is installed, copied before anything else.
    hooked: the package.json files whose own install hooks must not run during the install (no sources are there yet).
    after_copy: what those hooks would have run, to be run in the app's directory when the sources are there.
    before_build: commands that build the workspaces that the app depends on, in order, run at the context's root.
    installs: the build installs packages by itself, in other folders, and wants those for development too.
    kept: folders whose node_modules, which the build installed, go into the image.
    native: dependencies that may have to be compiled.
    prisma: Prisma's schema relative to the app, a folder (ending with a slash) or a file; None: not used.
    prisma_at: the folder of the workspace whose schema it is (`.`: the context's own); empty: it is the app's own.
    in_modules: Prisma's client is generated into node_modules, and so must be made for the production install as well.
    engines: Prisma needs its engines, and OpenSSL with them (before version 7).
    patched: patch-package has patches to apply.
    legacy_peers: the lock file was made without regard to peer dependencies.
    development: why development dependencies are needed at run time; empty: they are not.
    empty_files: files that the start script wants to exist, relative to the app (`.env` for env-cmd).
    folders: folders outside the app in which its code keeps a database file, absolute.
    variables: what the image must set for the process to be reachable (HOST, or a port's variable without a default).
    build_variables: what the install and the build are told (to fetch no browser), and the image is not.
    git: the build asks git about the commit.
    """

    manifests: tuple[str, ...]
    hooked: tuple[str, ...] = ()
    after_copy: tuple[str, ...] = ()
    before_build: tuple[str, ...] = ()
    installs: bool = False
    kept: tuple[str, ...] = ()
    native: tuple[str, ...] = ()
    prisma: str | None = None
    prisma_at: str = ""
    in_modules: bool = False
    engines: bool = False
    patched: bool = False
    legacy_peers: bool = False
    development: str = ""
    empty_files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    build_variables: Mapping[str, str] = field(default_factory=dict)
    git: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonInstall:
    """What the generated Dockerfile of a Python app needs to know beyond the common facts.

    manifests: files that decide what is installed, copied first.
    requirements: the requirements file for pip, None when pyproject.toml itself lists the dependencies.
    development: further requirements files for the tests, or the names of pyproject.toml's groups.
    pipfile: Pipfile or Pipfile.lock, when one of them lists the dependencies.
    whole: the install reads the sources themselves (setup.py, `-e .`), so that all of them are copied before it.
    project: the app itself is installed as a package, because something asks for it by that name.
    extra: packages to add because the start command needs them and nothing lists them (gunicorn, uvicorn).
    headers, libraries: Debian packages for compiling, and for running what was compiled.
    static: the folder of the manage.py whose collectstatic is part of the build; empty: it is not.
    settings: Django's settings for collectstatic, where manage.py by itself would take others.
    roots: the folders that modules are imported from, relative to the app, `.` for its own.
    """

    manifests: tuple[str, ...]
    requirements: str | None = None
    pipfile: str | None = None
    whole: bool = False
    project: bool = False
    development: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    static: str = ""
    settings: str = ""
    roots: tuple[str, ...] = (".", "src")


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """Everything that was concluded.

    `context` is the directory that the build reads (`.` or a subfolder of the repository), `directory` the app's own,
    relative to the repository; they differ for one package of a monorepo. `dockerfile` is relative to the repository.
    `test` is a shell command to propose for `build.test`. `defaults` serves the keys that fairway.toml leaves out.
    """

    kind: Kind
    context: str = "."
    directory: str = "."
    runtime: Runtime | None = None
    packages: PackageManager | None = None
    framework: str | None = None
    build: Step | None = None
    test: str | None = None
    start: Start | None = None
    port: Port | None = None
    health: Health | None = None
    dockerfile: str | None = None
    workspaces: tuple[Workspace, ...] = ()
    install: NodeInstall | PythonInstall | None = None
    defaults: Defaults = Defaults()
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def fatal(self) -> tuple[Problem, ...]:
        """The problems that leave nothing to build or start."""
        return tuple(problem for problem in self.problems if problem.fatal)

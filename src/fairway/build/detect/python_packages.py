"""What a Python app depends on, and what installs it: uv, poetry, pipenv or pip, by the lock file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fairway.build.detect import parsed, python_dynamic
from fairway.build.detect.python_requirements import NAME, brought, listed_in, normal, read_included, with_extras
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Manager, PackageManager, Problem

REQUIREMENTS = (
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/deploy.txt",
    "requirements/heroku.txt",
    "requirements/base.txt",
    "requirements/main.txt",
    "requirements/common.txt",
    "requirements/default.txt",
    "requirements/requirements.txt",
    "requirements-prod.txt",
    "requirements.prod.txt",
    "requirements_prod.txt",
    "requirements.in",
)
"""The first that is there is installed. `base` is what `production` includes, where there is one."""
DEVELOPMENT = (
    "requirements-dev.txt",
    "requirements-test.txt",
    "dev-requirements.txt",
    "test-requirements.txt",
    "requirements_dev.txt",
    "requirements/dev.txt",
    "requirements/development.txt",
    "requirements/local.txt",
    "requirements/test.txt",
    "requirements/tests.txt",
)
# A requirement that is the repository itself, or a folder of it: `-e .`, `.[prod]`, `./lib`.
LOCAL = re.compile(r"^[ \t]*(?:(?:-e|--editable)[ =]\s*)?(?:\.{1,2}(?:[/\[].*)?|file:\S+)\s*$", re.MULTILINE)
FROM_GIT = re.compile(r"^[ \t]*(?:-e\s+)?(?:[\w.\[\]-]+\s*@\s*)?git\+", re.MULTILINE)
PDM = "pdm.lock"
SETUP = re.compile(r"install_requires\s*=\s*\[(?P<listed>[^\]]*)\]")
SETUP_CFG = re.compile(r"^install_requires\s*=(?P<listed>(?:[^\n]*\n)(?:[ \t]+[^\n]*\n?)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """The package manager, the names of everything that is installed (normalised), and the files that say so.

    `whole` and `pipfile` are as in PythonInstall; `git` says that something comes from a git repository.
    """

    packages: PackageManager
    names: frozenset[str]
    manifests: tuple[str, ...]
    requirements: str | None
    development: tuple[str, ...]
    project: Mapping[str, object]
    problems: tuple[Problem, ...] = ()
    pipfile: str | None = None
    whole: bool = False
    git: bool = False


def find(tree: Tree) -> Packages | None:
    """The app's packages; None when nothing lists any."""
    project = read_project(tree)
    requirements = next((name for name in REQUIREMENTS if tree.read(name) is not None), None)
    if workspace_only(project):
        return None
    if tree.read("uv.lock") is not None:
        found = of_project(project, Manager.UV, "uv.lock", groups(project))
        return replace(found, whole=has_folders(project))
    poetry = table(table(project, "tool"), "poetry")
    if tree.read("poetry.lock") is not None or (poetry and requirements is None):
        lock = "poetry.lock" if tree.read("poetry.lock") is not None else None
        found = of_project(project, Manager.POETRY, lock, tuple(table(poetry, "group")) or groups(project))
        return replace(found, whole=has_folders(project))
    if requirements is not None:
        return of_requirements(tree, requirements, project)
    if tree.read("Pipfile") is not None:
        return of_pipfile(tree, project)
    if listed := table(project, "project"):
        dynamic = listed.get("dynamic")
        whole = isinstance(dynamic, list) and "dependencies" in dynamic
        lock = PDM if not whole and b"[[package]]" in (tree.read(PDM) or b"") else None
        found = of_project(project, Manager.PIP, lock, tuple(table(listed, "optional-dependencies")))
        return replace(found, names=found.names | listed_in(python_dynamic.text(tree, project)), whole=whole)
    return of_setup(tree, project)


def has_folders(project: Mapping[str, object]) -> bool:
    """Whether a dependency is a folder of the repository, so that the install needs more than the lock file: uv's
    `path` and `workspace`, poetry's `path`."""
    tool = table(project, "tool")
    listed = (table(table(tool, "uv"), "sources"), table(table(tool, "poetry"), "dependencies"))
    return any(
        {"path", "workspace"} & set(each) for where in listed for each in where.values() if isinstance(each, dict)
    )


def workspace_only(project: Mapping[str, object]) -> bool:
    """Whether a pyproject.toml only holds a uv workspace together: the app is one of its members, in a folder."""
    workspace = table(table(table(project, "tool"), "uv"), "workspace")
    return "members" in workspace and "project" not in project


def of_project(
    project: Mapping[str, object], manager: Manager, lock: str | None, development: tuple[str, ...]
) -> Packages:
    """The packages of pyproject.toml."""
    listed = table(project, "project").get("dependencies")
    names = {
        normal(found[1]) for item in (listed if isinstance(listed, list) else []) if (found := NAME.match(str(item)))
    }
    by_poetry = table(table(table(project, "tool"), "poetry"), "dependencies")
    names |= {normal(name) for name in by_poetry}
    names |= brought("\n".join(str(item) for item in listed) if isinstance(listed, list) else "")
    names |= brought(with_extras(by_poetry))
    return Packages(
        packages=PackageManager(manager=manager, version=None, lock=lock, where=lock or "pyproject.toml"),
        names=frozenset(names),
        manifests=("pyproject.toml", *((lock,) if lock else ())),
        requirements=None,
        development=development,
        project=project,
        problems=() if lock else (unlocked("pyproject.toml", manager),),
    )


def of_requirements(tree: Tree, path: str, project: Mapping[str, object]) -> Packages:
    """The packages of a requirements file and of the files that it includes."""
    files, text = read_included(tree, path)
    names = listed_in(text)
    loose = [line.strip() for line in text.splitlines() if NAME.match(line) and not re.search(r"==|@|===", line)]
    development = tuple(name for name in DEVELOPMENT if tree.read(name) is not None)
    for name in development:
        files = (*files, *(file for file in read_included(tree, name)[0] if file not in files))
    return Packages(
        packages=PackageManager(manager=Manager.PIP, version=None, lock=None if loose else path, where=path),
        names=names,
        manifests=files,
        whole=bool(LOCAL.search(text)),
        git=bool(FROM_GIT.search(text)),
        requirements=path,
        development=development,
        project=project,
        problems=(unlocked(path, Manager.PIP, len(loose)),) if loose else (),
    )


def of_pipfile(tree: Tree, project: Mapping[str, object]) -> Packages:
    """The packages of a Pipfile: as its lock file has them, if there is one."""
    listed = parsed.of_toml(tree.read("Pipfile"))
    locked = parsed.table(parsed.of_json(tree.read("Pipfile.lock")))
    lock = "Pipfile.lock" if table(locked, "default") else None
    names = {*table(listed, "packages"), *table(locked, "default"), *brought(with_extras(table(listed, "packages")))}
    return Packages(
        packages=PackageManager(manager=Manager.PIPENV, version=None, lock=lock, where=lock or "Pipfile"),
        names=frozenset(normal(name) for name in names),
        manifests=(lock or "Pipfile",),
        requirements=None,
        development=tuple(normal(name) for name in table(listed, "dev-packages")),
        project=project,
        problems=() if lock else (unlocked("Pipfile", Manager.PIPENV),),
        pipfile=lock or "Pipfile",
    )


def of_setup(tree: Tree, project: Mapping[str, object]) -> Packages | None:
    """The packages of setup.py or setup.cfg; None when there is neither."""
    for path, pattern in (("setup.py", SETUP), ("setup.cfg", SETUP_CFG)):
        text = (tree.read(path) or b"").decode("utf-8", "replace")
        listed = "".join(match["listed"] for match in pattern.finditer(text))
        if not listed and (path != "setup.py" or "setup(" not in text):
            continue
        names = re.findall(r"(?:^|['\"\n])\s*([A-Za-z0-9][A-Za-z0-9._-]*)", listed)
        elsewhere = frozenset() if names or path != "setup.py" else listed_in(python_dynamic.of_setup(tree, text))
        return Packages(
            packages=PackageManager(manager=Manager.PIP, version=None, lock=None, where=path),
            names=frozenset(normal(name) for name in names) | elsewhere,
            manifests=(),
            requirements=None,
            development=(),
            project=project,
            problems=(unlocked(path, Manager.PIP),),
            whole=True,
        )
    return None


def unlocked(path: str, manager: Manager, loose: int = 0) -> Problem:
    """The problem of versions that are not pinned."""
    fix = {
        Manager.UV: "run uv lock and commit uv.lock",
        Manager.POETRY: "run poetry lock and commit poetry.lock",
        Manager.PIPENV: "run pipenv lock and commit Pipfile.lock",
    }
    return Problem(
        what=f"{path} does not pin every version" + (f" ({loose} of them are open)" if loose else ""),
        why="every build may install other versions than the last one",
        fix=fix.get(manager, "pin them with name==version, e.g. by pip-compile or uv"),
        where=path,
    )


def read_project(tree: Tree) -> Mapping[str, object]:
    """pyproject.toml, or nothing when it is missing or broken."""
    return parsed.of_toml(tree.read("pyproject.toml"))


def groups(project: Mapping[str, object]) -> tuple[str, ...]:
    """The dependency groups."""
    return tuple(table(project, "dependency-groups"))


def table(place: Mapping[str, object], key: str) -> Mapping[str, object]:
    """A table of a TOML file; an empty one when there is none."""
    return parsed.table(place.get(key))

"""A Python app: the facts of its files put together into a Detection."""

import re
from dataclasses import replace

from fairway.build.detect import (
    python_debian,
    python_django,
    python_folders,
    python_modules,
    python_notes,
    python_packages,
    python_routes,
    python_start,
    python_version,
    shell,
    source,
)
from fairway.build.detect.python_packages import Packages
from fairway.build.detect.python_served import Started
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree
from fairway.domain.app import Defaults
from fairway.domain.detection import Detection, Kind, Problem, PythonInstall

FRAMEWORKS = (
    ("fastapi", "FastAPI"),
    ("django", "Django"),
    ("flask", "Flask"),
    ("starlette", "Starlette"),
    ("sanic", "Sanic"),
    ("litestar", "Litestar"),
    ("quart", "Quart"),
    ("aiohttp", "aiohttp"),
    ("falcon", "Falcon"),
    ("bottle", "Bottle"),
    ("tornado", "Tornado"),
    ("pyramid", "Pyramid"),
    ("dash", "Dash"),
    ("streamlit", "Streamlit"),
    ("gradio", "Gradio"),
)
INSTALLED = re.compile(r"\b(?:importlib_metadata|metadata|pkg_resources)\b")
ASKED = re.compile(r"\b(?:version|get_distribution|entry_points|metadata)\(")
# The same under another name: `from importlib.metadata import version as get_version`.
ALIAS = re.compile(r"^[ \t]*from importlib[._]metadata import [^\n]*?\b(?:version|distribution) as (\w+)", re.MULTILINE)
NO_START = Problem(
    what="nothing says how the app starts",
    why="there is no Procfile, no manage.py, no application object of a known framework, and no file that serves",
    fix='add a Procfile ("web: gunicorn app:app"), or set services.web.command in fairway.toml',
    fatal=True,
    start=True,
)


def present(tree: Tree) -> bool:
    """Whether the tree is a Python app with its dependencies listed."""
    return python_packages.find(tree) is not None


def read(tree: Tree) -> Detection:
    """The Detection of a Python app. Call it only for one that is `present`."""
    packages = python_packages.find(tree)
    if packages is None:
        return Detection(kind=Kind.UNKNOWN)
    sources = source.read(tree, source.PYTHON)
    names = packages.names | imported(packages, sources)
    framework = next((title for name, title in FRAMEWORKS if name in names), None)
    scripts = python_packages.table(python_packages.table(packages.project, "project"), "scripts")
    started = python_start.find(tree, sources, names, framework, scripts)
    collected = static(tree, sources, packages, framework)
    settings = python_django.settings(tree, collected) if collected else ""
    if started and collected and python_django.wants_variables(sources):
        command = python_django.collecting(started.start.command, collected, settings)
        started, collected = replace(started, start=replace(started.start, command=command)), ""
    listens = started.port if started and started.port else python_routes.port(sources, tree, framework)
    healthy = python_routes.health(sources)
    return Detection(
        kind=Kind.PYTHON,
        runtime=python_version.find(tree, packages),
        packages=packages.packages,
        framework=framework,
        test=test_command(tree, packages),
        start=started.start if started else None,
        port=listens,
        health=healthy,
        install=PythonInstall(
            manifests=packages.manifests,
            requirements=packages.requirements,
            pipfile=packages.pipfile,
            whole=packages.whole,
            project=not packages.whole and wants_project(packages, sources, started),
            development=packages.development,
            extra=started.extra if started else (),
            headers=python_debian.headers(packages.names, git=packages.git),
            libraries=python_debian.libraries(packages.names),
            variables={
                **(started.variables if started else {}),
                **({"PORT": str(listens.number)} if listens.variable == "PORT" else {}),
            },
            static=collected,
            settings=settings,
            roots=python_modules.roots(sources, names, started.root if started else ""),
        ),
        defaults=Defaults(
            port=listens.number,
            health_path=healthy.path if healthy else None,
            command=started.start.command if started else None,
        ),
        notes=python_notes.of(tree, sources, packages, framework, started),
        problems=(
            *packages.problems,
            *(() if started else (NO_START,)),
            *(started.problems if started else ()),
            *python_folders.missing(tree, sources),
        ),
    )


def imported(packages: Packages, sources: tuple[Source, ...]) -> frozenset[str]:
    """The frameworks that the sources import, where none is listed by a name that detection can read."""
    known = {name for name, _ in FRAMEWORKS}
    if known & packages.names:
        return frozenset()
    return frozenset(known & {name for source in sources for name in python_modules.imports(source)})


def wants_project(packages: Packages, sources: tuple[Source, ...], started: Started | None) -> bool:
    """Whether something asks for the app as an installed package: its version, its entry points, its own command."""
    project = python_packages.table(packages.project, "project")
    poetry = python_packages.table(python_packages.table(packages.project, "tool"), "poetry")
    if "build-system" not in packages.project:
        return False
    scripts = {*python_packages.table(project, "scripts"), *python_packages.table(poetry, "scripts")}
    commands = set(" ".join(started.start.command).split()) if started else set()
    name = str(project.get("name") or poetry.get("name") or "")
    # pserve looks its app up among what is installed.
    return bool((scripts | {"pserve"}) & commands) or any(
        asks(item.text) or asks_under_alias(item.text, name) for item in sources
    )


def asks(text: str) -> bool:
    """Whether a source names the packages that are installed, and asks something of them further down."""
    named = INSTALLED.search(text)
    return named is not None and ASKED.search(text, named.end()) is not None


def asks_under_alias(text: str, name: str) -> bool:
    """Whether a source asks importlib for the version of the app itself, by a function that it calls something else."""
    itself = rf"""\(\s*(?:['"]{re.escape(name)}['"]|__name__|__package__)"""
    return any(re.search(rf"\b{alias}{itself}", text) for alias in ALIAS.findall(text))


def static(tree: Tree, sources: tuple[Source, ...], packages: Packages, framework: str | None) -> str:
    """The folder of the manage.py whose static files are collected in the build; empty when they are not."""
    wanted = framework == "Django" and "whitenoise" in packages.names
    collected = wanted and any("STATIC_ROOT" in item.text for item in sources)
    return (python_django.folder(tree) or "") if collected else ""


def test_command(tree: Tree, packages: Packages) -> str | None:
    """The command to propose for `build.test`: pytest where it is configured or listed, Django's own otherwise."""
    listed = "pytest" in packages.names or any(
        b"pytest" in (tree.read(name) or b"") for name in (*packages.development, "pyproject.toml", "pytest.ini")
    )
    tests = any(re.search(r"(^|/)(test_[^/]*|[^/]*_test)\.py$", path) for path in tree.files())
    if listed and tests:
        return "python -m pytest"
    folder = python_django.folder(tree)
    if not tests or folder is None:
        return None
    return "python manage.py test" if folder == "." else f"cd {shell.quote(folder)} && python manage.py test"

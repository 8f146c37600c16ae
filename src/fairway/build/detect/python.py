"""A Python app: the facts of its files put together into a Detection."""

import re

from fairway.build.detect import python_packages, python_routes, python_start, source
from fairway.build.detect.node_version import first_line
from fairway.build.detect.python_packages import Packages
from fairway.build.detect.tree import Tree
from fairway.domain.app import Defaults
from fairway.domain.detection import Detection, Kind, Problem, PythonInstall, Runtime

DEFAULT = "3.12"
VERSIONS = ("3.12", "3.13", "3.11", "3.10", "3.14", "3.9", "3.8")
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
)
# What has no wheel and compiles: the Debian packages to compile with, and to run with.
COMPILED = {
    "psycopg2": (("gcc", "libc6-dev", "libpq-dev"), ("libpq5",)),
    "psycopg": ((), ("libpq5",)),
    "mysqlclient": (("gcc", "libc6-dev", "pkg-config", "default-libmysqlclient-dev"), ("libmariadb3",)),
    "uwsgi": (("gcc", "libc6-dev"), ()),
    "python-ldap": (("gcc", "libc6-dev", "libldap2-dev", "libsasl2-dev"), ("libldap-2.5-0", "libsasl2-2")),
    "pycurl": (("gcc", "libc6-dev", "libcurl4-openssl-dev", "libssl-dev"), ("libcurl4",)),
    "xmlsec": (("gcc", "libc6-dev", "pkg-config", "libxmlsec1-dev"), ("libxmlsec1-openssl",)),
}
NO_START = Problem(
    what="nothing says how the app starts",
    why="there is no Procfile, no manage.py, no FastAPI or Flask application object, and no main.py",
    fix='add a Procfile ("web: gunicorn app:app"), or set services.web.command in fairway.toml',
    fatal=True,
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
    framework = next((title for name, title in FRAMEWORKS if name in packages.names), None)
    started = python_start.find(tree, sources, packages.names, framework)
    listens = started.port if started and started.port else python_routes.port(sources, tree, framework)
    healthy = python_routes.health(sources)
    return Detection(
        kind=Kind.PYTHON,
        runtime=version(tree, packages),
        packages=packages.packages,
        framework=framework,
        test=test_command(tree, packages),
        start=started.start if started else None,
        port=listens,
        health=healthy,
        install=PythonInstall(
            manifests=packages.manifests,
            requirements=packages.requirements,
            development=packages.development,
            extra=started.extra if started else (),
            headers=tuple(sorted({name for key in COMPILED if key in packages.names for name in COMPILED[key][0]})),
            libraries=tuple(sorted({name for key in COMPILED if key in packages.names for name in COMPILED[key][1]})),
            variables={"PORT": str(listens.number)} if listens.variable == "PORT" else {},
            static=framework == "Django"
            and "whitenoise" in packages.names
            and any("STATIC_ROOT" in item.text for item in sources),
        ),
        defaults=Defaults(
            port=listens.number,
            health_path=healthy.path if healthy else None,
            command=started.start.command if started else None,
        ),
        notes=notes(framework, started),
        problems=(*packages.problems, *(() if started else (NO_START,)), *(started.problems if started else ())),
    )


def notes(framework: str | None, started: python_start.Started | None) -> tuple[str, ...]:
    """What a person should know."""
    found: list[str] = []
    if framework == "Django":
        found.append(
            "Django answers 400 to a health check whose Host is not in ALLOWED_HOSTS: add the service's host names"
        )
    if started and started.extra:
        found.append(
            f"{', '.join(started.extra)} is added to the image: the start command needs it, and nothing lists it"
        )
    return tuple(found)


def version(tree: Tree, packages: Packages) -> Runtime:
    """The Python version: .python-version, runtime.txt, .tool-versions, then `requires-python`."""
    for file, pattern in (
        (".python-version", r"(\d+\.\d+(?:\.\d+)?)"),
        ("runtime.txt", r"python-(\d+\.\d+(?:\.\d+)?)"),
    ):
        if found := re.match(pattern, first_line(tree.read(file))):
            return Runtime(language="python", version=found[1], where=file)
    if asdf := re.search(rb"^python\s+(\d+\.\d+(?:\.\d+)?)", tree.read(".tool-versions") or b"", re.MULTILINE):
        return Runtime(language="python", version=asdf[1].decode(), where=".tool-versions")
    project = python_packages.table(packages.project, "project")
    poetry = python_packages.table(
        python_packages.table(python_packages.table(packages.project, "tool"), "poetry"), "dependencies"
    )
    wanted = project.get("requires-python") or poetry.get("python")
    if isinstance(wanted, str) and (chosen := satisfying(wanted)):
        return Runtime(language="python", version=chosen, where="pyproject.toml")
    return Runtime(language="python", version=DEFAULT, where="the default: no file names a version")


def satisfying(wanted: str) -> str | None:
    """The first of VERSIONS that `>=3.10,<3.13` and its like allow."""
    tests = re.findall(r"(>=|<=|>|<|==|~=|\^|~|!=)\s*(\d+)\.(\d+)(\.\d+)?", wanted)
    for version in VERSIONS:
        minor = int(version.partition(".")[2])
        if all(holds(sign, minor, int(number), patch) for sign, _, number, patch in tests):
            return version
    return None


def holds(sign: str, minor: int, number: int, patch: str) -> bool:
    """Whether one condition allows 3.`minor`, in its newest patch."""
    match sign:
        case ">=" | "^":
            return minor >= number
        case ">":
            return minor > number or (minor == number and bool(patch))
        case "<":
            return minor < number
        case "<=":
            return minor < number or (minor == number and not patch)
        case "!=":
            return minor != number or bool(patch)
        case "~=":
            return minor == number if patch else minor >= number
        case _:
            return minor == number


def test_command(tree: Tree, packages: Packages) -> str | None:
    """The command to propose for `build.test`: pytest where it is configured or listed, Django's own otherwise."""
    listed = "pytest" in packages.names or any(
        b"pytest" in (tree.read(name) or b"") for name in (*packages.development, "pyproject.toml", "pytest.ini")
    )
    tests = any(re.search(r"(^|/)(test_[^/]*|[^/]*_test)\.py$", path) for path in tree.files())
    if listed and tests:
        return "python -m pytest"
    return "python manage.py test" if tests and tree.read("manage.py") is not None else None

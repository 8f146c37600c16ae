"""A Django project: the folder of its manage.py, and its application object.

manage.py may lie below the file that lists the dependencies; the modules are then named from its folder.
"""

import posixpath
import re

from fairway.build.detect import shell
from fairway.build.detect.python_modules import module
from fairway.build.detect.python_served import Started, serve
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Below, Tree

# A variable that the settings want and give no default for; a build has none, and gets a made-up secret key alone.
WANTED = re.compile(
    r"""environ\[\s*['"](?P<name>\w+)['"]\s*\](?!\s*=[^=])"""
    r"""|\b(?:env|config)(?:\.\w+)?\(\s*['"](?P<read>[A-Z]\w+)['"]\s*(?:,\s*cast\s*=\s*[\w.]+(?:\(\))?\s*)?\)"""
)
GIVEN = frozenset({"SECRET_KEY", "DJANGO_SECRET_KEY", "DJANGO_SETTINGS_MODULE"})
SETTINGS = re.compile(rb"DJANGO_SETTINGS_MODULE['\"]\]?\s*[,=]\s*['\"]([\w.]+)")
DEVELOPMENT = frozenset({"local", "dev", "develop", "development", "debug", "test", "testing"})
PRODUCTION = ("production", "prod", "live", "deploy", "release")
DEEPEST = 2


def folder(tree: Tree) -> str | None:
    """The folder of the shallowest manage.py, None when there is none near the top."""
    found = [path for path in tree.files() if posixpath.basename(path) == "manage.py" and path.count("/") <= DEEPEST]
    if not found:
        return None
    return posixpath.dirname(min(found, key=lambda path: (path.count("/"), path))) or "."


def start(tree: Tree, folder: str, names: frozenset[str]) -> Started | None:
    """Django under gunicorn, or under an ASGI server where only such a one is listed or Channels needs one; None when
    it has no application object."""
    below = Below(tree, folder)
    wsgi, asgi = application(below, "wsgi"), application(below, "asgi")
    only = "gunicorn" not in names and bool({"uvicorn", "daphne", "hypercorn", "granian"} & names)
    asynchronous = wsgi is None or (asgi is not None and ("channels" in names or only))
    path = asgi if asynchronous else wsgi
    if path is None:
        return None
    where = path if folder == "." else f"{folder}/{path}"
    return serve(f"{module(path, '.')}:application", where, names, asynchronous, folder=folder)


def wants_variables(sources: tuple[Source, ...]) -> bool:
    """Whether the settings can't be read without variables of the environment, which a build does not have."""
    return any(
        (match["name"] or match["read"]) not in GIVEN
        for source in sources
        if "settings" in source.path
        for match in WANTED.finditer(source.text)
    )


def settings(tree: Tree, folder: str) -> str:
    """The settings that the application object is made with, where manage.py would take others: its own are for
    development as a rule, and ask for packages that production lacks. Empty where both take the same."""
    below = Below(tree, folder)
    served, managed = served_with(below), named(below, "manage.py")
    return served if served and managed and served != managed else ""


def served_with(below: Tree) -> str:
    """The settings that wsgi.py, else asgi.py, starts with."""
    path = application(below, "wsgi") or application(below, "asgi")
    return named(below, path) if path else ""


def named(below: Tree, path: str) -> str:
    """The settings' module that a file names as its default; empty when it names none."""
    found = SETTINGS.search(below.read(path) or b"")
    return found[1].decode() if found else ""


def development_settings(tree: Tree, folder: str) -> str:
    """What to say where the application object starts with settings for development, though others lie beside them."""
    below = Below(tree, folder)
    served = served_with(below)
    package, _, last = served.rpartition(".")
    if last not in DEVELOPMENT:
        return ""
    place = package.replace(".", "/")
    other = next((name for name in PRODUCTION if below.read(f"{place}/{name}.py") is not None), "")
    if not other:
        return ""
    path = application(below, "wsgi") or application(below, "asgi")
    shown = path if folder == "." else f"{folder}/{path}"
    return (
        f"{shown} starts with {served}, and {package}.{other} is there as well: "
        f"fairway env set DJANGO_SETTINGS_MODULE={package}.{other}"
    )


def collecting(command: tuple[str, ...], folder: str, settings: str = "") -> tuple[str, ...]:
    """The start command with collectstatic before it, under the settings of the application object."""
    manage = shell.quote("manage.py" if folder == "." else f"{folder}/manage.py")
    chosen = f"DJANGO_SETTINGS_MODULE=${{DJANGO_SETTINGS_MODULE:-{settings}}} " if settings else ""
    line = command[2] if command[:2] == ("sh", "-c") else "exec " + " ".join(shell.quote(word) for word in command)
    return ("sh", "-c", f"{chosen}python {manage} collectstatic --noinput && {line}")


def application(below: Tree, kind: str) -> str | None:
    """The path of wsgi.py or asgi.py: that of the package whose settings manage.py names, else the shallowest."""
    found = [path for path in below.files() if posixpath.basename(path) == f"{kind}.py"]
    package = named(below, "manage.py").partition(".")[0]
    return min(found, key=lambda path: (path.partition("/")[0] != package, path.count("/"), path), default=None)

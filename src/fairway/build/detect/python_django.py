"""A Django project: the folder of its manage.py, and its application object.

manage.py may lie below the file that lists the dependencies; the modules are then named from its folder.
"""

import posixpath
import re

from fairway.build.detect import shell
from fairway.build.detect.python_served import Started, module, serve
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Below, Tree

# A variable that the settings want and give no default for; a build has none, and gets a made-up secret key alone.
WANTED = re.compile(
    r"""environ\[\s*['"](?P<name>\w+)['"]\s*\](?!\s*=[^=])"""
    r"""|\b(?:env|config)(?:\.\w+)?\(\s*['"](?P<read>[A-Z]\w+)['"]\s*(?:,\s*cast\s*=\s*[\w.]+(?:\(\))?\s*)?\)"""
)
GIVEN = frozenset({"SECRET_KEY", "DJANGO_SECRET_KEY", "DJANGO_SETTINGS_MODULE"})
SETTINGS = re.compile(rb"DJANGO_SETTINGS_MODULE['\"]\s*,\s*['\"](\w+)")
DEEPEST = 2


def folder(tree: Tree) -> str | None:
    """The folder of the shallowest manage.py, None when there is none near the top."""
    found = [path for path in tree.files() if posixpath.basename(path) == "manage.py" and path.count("/") <= DEEPEST]
    if not found:
        return None
    return posixpath.dirname(min(found, key=lambda path: (path.count("/"), path))) or "."


def start(tree: Tree, folder: str, names: frozenset[str]) -> Started | None:
    """Django under gunicorn, or under uvicorn where only that is listed; None when it has no application object."""
    below = Below(tree, folder)
    wsgi, asgi = application(below, "wsgi"), application(below, "asgi")
    asynchronous = wsgi is None or (
        asgi is not None and "gunicorn" not in names and bool({"uvicorn", "daphne"} & names)
    )
    path = asgi if asynchronous else wsgi
    if path is None:
        return None
    where = path if folder == "." else f"{folder}/{path}"
    return serve(f"{module(path)}:application", where, names, asynchronous, folder=folder)


def wants_variables(sources: tuple[Source, ...]) -> bool:
    """Whether the settings can't be read without variables of the environment, which a build does not have."""
    return any(
        (match["name"] or match["read"]) not in GIVEN
        for source in sources
        if "settings" in source.path
        for match in WANTED.finditer(source.text)
    )


def collecting(command: tuple[str, ...], folder: str) -> tuple[str, ...]:
    """The start command with collectstatic before it."""
    moved = "" if folder == "." else f"{folder}/"
    line = command[2] if command[:2] == ("sh", "-c") else "exec " + " ".join(shell.quote(word) for word in command)
    return ("sh", "-c", f"python {moved}manage.py collectstatic --noinput && {line}")


def application(below: Tree, kind: str) -> str | None:
    """The path of wsgi.py or asgi.py: that of the package whose settings manage.py names, else the shallowest."""
    found = [path for path in below.files() if posixpath.basename(path) == f"{kind}.py"]
    named = SETTINGS.search(below.read("manage.py") or b"")
    package = named[1].decode() if named else ""
    return min(found, key=lambda path: (path.partition("/")[0] != package, path.count("/"), path), default=None)

"""Requirements that a project keeps in a file of its own and names in its packaging: `dynamic = ["dependencies"]` with
setuptools or hatch, and a setup.py that reads one.

pip finds them by itself when it installs the project. Detection needs the names, to know the framework.
"""

import re
from collections.abc import Mapping

from fairway.build.detect.tree import Tree

# A file that setup.py opens: `requirements.txt`, `requirements/default.txt`, or the latter's last part.
MENTIONED = re.compile(r"""['"](?P<path>[\w./-]*\.(?:txt|in))['"]""")
FOLDERS = ("", "requirements/", "reqs/")
MOST_FILES = 5


def text(tree: Tree, project: Mapping[str, object]) -> str:
    """The lines of the files that pyproject.toml names; empty where it names none."""
    paths = (
        *files(project, "tool", "setuptools", "dynamic", "dependencies", "file"),
        *files(project, "tool", "hatch", "metadata", "hooks", "requirements_txt", "files"),
    )
    return lines(tree, paths)


def of_setup(tree: Tree, setup: str) -> str:
    """The lines of the files that a setup.py mentions."""
    named = dict.fromkeys(match["path"] for match in MENTIONED.finditer(setup))
    return lines(tree, [f"{folder}{path}" for path in named for folder in FOLDERS])


def files(project: Mapping[str, object], *keys: str) -> tuple[str, ...]:
    """The paths that stand under the keys: a list, or one alone."""
    place: object = project
    for key in keys:
        place = place.get(key) if isinstance(place, Mapping) else None
    if isinstance(place, str):
        return (place,)
    return tuple(path for path in place if isinstance(path, str)) if isinstance(place, list) else ()


def lines(tree: Tree, paths: tuple[str, ...] | list[str]) -> str:
    """What the files hold that are there, at most 5."""
    found = [content for path in paths if (content := tree.read(path.removeprefix("./"))) is not None]
    return "\n".join(content.decode("utf-8-sig", "replace") for content in found[:MOST_FILES])

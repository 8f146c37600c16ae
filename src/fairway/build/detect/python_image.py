"""A Python file of the app that is the process of its author's own image: `CMD ["python", "app.py"]`.

It runs a server of its own, so that its code says the port and the address, and not the start that Fairway would make.
"""

import re
from dataclasses import replace

from fairway.build.detect import python_routes, python_script, source
from fairway.build.detect.python_gunicorn import Bound
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree

CALLED = re.compile(
    r"(?:^|[\s/])python[\d.]*\s+(?:-[uOBIEsS]+\s+)*(?:-m\s+(?P<module>[\w.]+)|(?P<path>[\w./-]+\.py))(?=\s|$)"
)
NOT_OURS = re.compile(r"^(?:flask|uvicorn|gunicorn|hypercorn|daphne|http\.server|celery|manage)\b|(?:^|/)manage\.py$")


def read(tree: Tree, command: str, framework: str | None) -> Bound | None:
    """What the file that the command runs listens on, and what keeps it from being reached; None where the command runs
    none of the app's files."""
    called = CALLED.search(command)
    if called is None or NOT_OURS.search(called["module"] or called["path"]):
        return None
    sources = source.read(tree, source.PYTHON)
    chosen = file_of(called, sources)
    if chosen is None or not python_script.RUNS.search(chosen.text):
        return None
    near = python_routes.port((chosen,), tree, framework)
    port = python_routes.port(sources, tree, framework) if near.assumed else near
    if port.assumed:
        port = replace(port, where=chosen.path)
    return Bound(port=port, problems=python_script.unreachable(chosen, (chosen,)))


def file_of(called: re.Match[str], sources: tuple[Source, ...]) -> Source | None:
    """The file that is run, which the command names by its place in the image: the one with the longest common end."""
    if called["module"]:
        place = called["module"].replace(".", "/")
        ends = [f"{place}/__main__.py", f"{place}.py"]
    else:
        parts = [part for part in called["path"].split("/") if part not in ("", ".")]
        ends = ["/".join(parts[number:]) for number in range(len(parts))]
    for end in ends:
        for each in sources:
            if each.path == end or each.path.endswith(f"/{end}"):
                return each
    return None

"""The tasks of a Python app that run in Celery: a web process only puts them in a queue, and nothing takes them out.

A worker that nobody starts is missed late: the first mail that is never sent.
"""

import json
import re

from fairway.build.detect import python_django, python_modules
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree

MADE = re.compile(r"^\w+\s*(?::\s*[\w.]+\s*)?=\s*(?:celery\.)?Celery\(", re.MULTILINE)
BEGINNING = "Celery's tasks"


def notes(tree: Tree, sources: tuple[Source, ...], names: frozenset[str]) -> tuple[str, ...]:
    """What to say of the module that makes the Celery application; nothing where none does."""
    made = next(((source, match) for source in sources if (match := MADE.search(source.text))), None)
    if made is None:
        return ()
    source, match = made
    folder = python_django.folder(tree) or "."
    place: tuple[str, ...] = ()
    if folder != "." and source.path.startswith(f"{folder}/"):
        place, module = ("--workdir", folder), python_modules.module(source.path, folder)
    else:
        root = python_modules.root(source.path, sources, names)
        module = python_modules.module(source.path, root)
    command = json.dumps(["celery", *place, "-A", module, "worker"])
    return (f"{BEGINNING} are run by nobody ({source.where(match.start())}): [services.worker] command = {command}",)

"""What a person should know of a Python app: what waits for a setting, and what nothing here runs."""

import re

from fairway.build.detect import package_json, procfile, python_celery, python_django
from fairway.build.detect.python_packages import Packages
from fairway.build.detect.python_served import Started
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree

EVERY_HOST = re.compile(r"""^ALLOWED_HOSTS\s*(?::[^=]+)?=\s*[\[(]\s*['"]\*['"]""", re.MULTILINE)


def of(
    tree: Tree, sources: tuple[Source, ...], packages: Packages, framework: str | None, started: Started | None
) -> tuple[str, ...]:
    """What a person should know."""
    found: list[str] = []
    if framework == "Django":
        if not any(EVERY_HOST.search(item.text) for item in sources):
            found.append(
                "Django answers 400 to a health check whose Host is not in ALLOWED_HOSTS: add the service's host names"
            )
        if (folder := python_django.folder(tree)) and (told := python_django.development_settings(tree, folder)):
            found.append(told)
    if started and started.extra:
        found.append(
            f"{', '.join(started.extra)} is added to the image: the start command needs it, and nothing lists it"
        )
    if built := page_build(tree):
        found.append(f'"{built}" is not run (package.json): commit what it makes, or write a Dockerfile that runs it')
    lines = procfile.notes(tree)
    if "celery" in packages.names and not any("celery" in line for line in lines):
        found += python_celery.notes(tree, sources, packages.names)
    return (*found, *lines)


def page_build(tree: Tree) -> str:
    """The script that builds the pages beside a Python app, which no image of it runs; empty without one."""
    try:
        package = package_json.read(tree)
    except ValueError:
        return ""
    return "npm run build" if package is not None and package.scripts.get("build") else ""

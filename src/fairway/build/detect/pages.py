"""Which commands make pages for browsers, or show them to their developer, and serve nothing of a backend.

A package.json lies beside apps of every language, for the pages alone. `"start": "webpack serve"` in a Django project
starts no app of Node.js, and `"prod": "mix --production"` in one of Laravel none at all.
"""

import re

from fairway.build.detect import evidence, needs, unwrap
from fairway.build.detect.package_json import Package
from fairway.build.detect.shell import Command
from fairway.domain.detection import Detection

SHOWS = re.compile(
    r"^(react-scripts|react-app-rewired|craco|vite|ng|vue-cli-service|expo|parcel|webpack(-dev-server|-cli)?|docusaurus|gatsby"
    r"|ember|snowpack|rsbuild|mix|encore|storybook|start-storybook|tailwindcss|postcss|sass|browser-sync|live-server)$"
)
"""Programs that make a page for browsers, and show it to its developer."""
PYTHON = re.compile(r"^(?:\S*/)?(?:python[\d.]*|pipenv|poetry|uv|flask|django-admin|gunicorn|uvicorn|manage\.py)$")
START = "npm run start"


def shown_by(command: Command) -> bool:
    """Whether the command shows pages."""
    return bool(SHOWS.match(command.program))


def only(found: Detection) -> bool:
    """Whether all that the app starts shows pages."""
    commands = needs.parse(evidence.shown(found.start.command)) if found.start else ()
    return bool(commands) and shown_by(commands[-1])


def started(package: Package) -> Command | None:
    """The last command of the `start` script; None where there is none that can be read."""
    try:
        commands = unwrap.expand(START, unwrap.Scripts(scripts=package.scripts))
    except ValueError:
        return None
    return commands[-1] if "start" in package.scripts else None


def starts_app(package: Package) -> bool:
    """Whether the `start` script may start an app of Node.js: it makes no pages, builds nothing and calls no Python."""
    last = started(package)
    if last is None or PYTHON.match(last.program) or last.program in needs.BUILDERS | unwrap.PARALLEL:
        return False
    return not shown_by(last)

"""Folders outside the app in which its code keeps a database file: `/etc/todos/todo.db`, `/data/app.sqlite`.

Under the author's root the process makes them itself; under the image's user 1000 it may not, and ends with EACCES. So
the image has them. Folders of the system (`/etc` itself) are left alone.
"""

import posixpath
import re
from collections.abc import Iterable

from fairway.build.detect.clue import Clue
from fairway.build.detect.source import Source

DATABASE_FILE = Clue(
    r"""['"`](?:file:|sqlite:(?://)?)?(?P<path>/(?:[\w.-]+/)+[\w-][\w.-]*\.(?:db|sqlite3?))['"`?]""",
    ".db",
    ".sqlite",
)
# The system's own folders, which nobody may be given; and what lies below those that nobody can or need be given.
SYSTEM = re.compile(
    r"/((etc|home|media|mnt|opt|srv|usr|usr/(lib|local|share|src)|var|var/(cache|lib|log|run|spool))/"
    r"|(app|bin|boot|dev|lib\w*|proc|root|run|sbin|sys|tmp|var/tmp|usr/s?bin)/.*)"
)
MOST = 3


def find(sources: Iterable[Source]) -> tuple[str, ...]:
    """The folders, absolute, in the order in which the code names them; at most 3."""
    found: list[str] = []
    for source in sources:
        for match in DATABASE_FILE.finditer(source.text):
            folder = posixpath.dirname(posixpath.normpath(match["path"]))
            if not SYSTEM.fullmatch(f"{folder}/") and folder not in found:
                found.append(folder)
    return tuple(found[:MOST])

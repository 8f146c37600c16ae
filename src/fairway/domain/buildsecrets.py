"""Secrets of a build: mounted while a RUN instruction runs, in no layer, no history and no key of the cache.

A user's own Dockerfile asks for them by `RUN --mount=type=secret,id=NPM_TOKEN`. One that Fairway generates gets them on
every RUN, as variables of that name, since it is `npm ci` or a build script that reads them.
"""

import re
from collections.abc import Collection

from fairway.domain import dockerfile

RUN = re.compile(r"(\s*RUN)\s+(?!\[)((?:--\S+\s+)*)", re.IGNORECASE)
ADDED = re.compile(r"--mount=type=secret,id=\w+,mode=0444 |export \w+=\"\$\(cat /run/secrets/\w+\)\" && ")


def mount(text: str, names: Collection[str]) -> str:
    """The Dockerfile with the secrets as variables of every RUN; one in exec form has no shell to set them, and is left
    as it is."""
    if not names:
        return text
    mounts = "".join(f"--mount=type=secret,id={name},mode=0444 " for name in names)
    exports = "".join(f'export {name}="$(cat /run/secrets/{name})" && ' for name in names)
    starts = {item.start for item in dockerfile.parse(text) if item.keyword == "RUN" and "<<" not in item.value}
    lines = text.splitlines()
    for number in starts:
        lines[number] = RUN.sub(lambda match: f"{match[1]} {match[2]}{mounts}{exports}", lines[number], count=1)
    return "\n".join(lines) + "\n"


def undo(line: str) -> str:
    """A line of the build's log as it would read without them."""
    return ADDED.sub("", line)

"""Pyramid's own way to start: a file of settings that names the app and its server, for `pserve production.ini`.

The file decides where the server listens. What a new project's development.ini has, localhost, is healthy inside its
container and reached by nobody.
"""

import re

from fairway.build.detect import numbers
from fairway.build.detect.python_served import Started
from fairway.build.detect.reach import unreachable
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Port, Start

FILES = ("production.ini", "prod.ini", "config/production.ini", "development.ini")
"""The first that is there is started; `development.ini` has debugging tools that production lacks."""
SECTION = re.compile(r"^\[server:main\][^\n]*\n(?P<body>(?:(?!\[)[^\n]*\n?)*)", re.MULTILINE)
SETTING = re.compile(r"^(?P<key>use|listen|host|port)[ \t]*[=:][ \t]*(?P<value>[^\n#;]*)", re.MULTILINE)
LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$")
ALONE = "its server listens on the loopback interface alone"
USUAL = 8080
"""waitress' own port, where the file gives none; its own address is every one."""


def find(tree: Tree, names: frozenset[str]) -> Started | None:
    """How pserve starts the app; None for an app of something else, or without such a file."""
    if "pyramid" not in names:
        return None
    for path in FILES:
        text = (tree.read(path) or b"").decode("utf-8", "replace")
        if section := SECTION.search(text):
            return started(path, text, section, names)
    return None


def started(path: str, text: str, section: re.Match[str], names: frozenset[str]) -> Started:
    """The start by one file, whose server has the section."""
    said = {match["key"]: match for match in SETTING.finditer(text, section.start("body"), section.end("body"))}
    value = {key: match["value"].strip() for key, match in said.items()}
    address = (value.get("listen") or f"{value.get('host', '')}:{value.get('port', USUAL)}").split()[0]
    decides = next((said[key] for key in ("listen", "host", "port") if key in said), section)
    where = f"{path}:{text.count(chr(10), 0, decides.start()) + 1}"
    number = numbers.port(address.rpartition(":")[2])
    local = LOOPBACK.search(address if "listen" in value else value.get("host", ""))
    server = re.search(r"egg:(?P<name>waitress|gunicorn)\b", value.get("use", ""))
    return Started(
        start=Start(command=("pserve", path), text=f"pserve {path}", where=path),
        extra=(server["name"],) if server and server["name"] not in names else (),
        port=Port(number=number, variable=None, where=where) if number else None,
        problems=(unreachable(ALONE, where, f"write listen = *:{number or USUAL}"),) if local else (),
    )

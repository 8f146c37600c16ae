"""The services of a Docker Compose file: what its author starts from the repository's Dockerfiles, and beside them.

A compose file is for a developer's machine as often as not, so it decides nothing that the Dockerfile says. It knows
what a Dockerfile leaves out: the command of an image without one, the port, which databases have to be there.
"""

import itertools
import posixpath
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from fairway.build.detect import numbers, parsed
from fairway.build.detect.parsed import table
from fairway.build.detect.tree import Tree

STEMS = ("docker-compose.production", "docker-compose.prod", "compose.production", "compose.prod", "production", "prod",
         "compose", "docker-compose")  # fmt: skip
NAMES = tuple(f"{stem}{suffix}" for stem in STEMS for suffix in (".yaml", ".yml"))
"""The first that is there is read: what is for production before what is for everything."""
LONGEST = 1000
"""Characters of a text whose variables are filled in: what no person writes could keep the expression busy for
hours."""
PUBLISHED = re.compile(r"(?:^|:)(?P<port>\d{1,5})(?:-\d+)?(?:/tcp)?$")
MOST_SERVICES = 200
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::?[-=](?P<default>[^}]*)|[^}]*)\}|\$(?P<bare>\w+)")
ADDRESS = re.compile(
    r"(?:https?://|(?<![\w./@-]))(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::[\w${}:-]{1,80})?(?P<path>/[\w./-]*)"
)
"""Where a check asks: `curl -f http://localhost:3000/health`, with or without the scheme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service, and where it stands. `dockerfile` is relative to the repository, "" where it is not built; `command`
    is its words, None where the image's own counts; `ports` those inside the container; `health` the path that its
    check asks for. `variables` are those that are written with it, with their values."""

    name: str
    where: str
    image: str = ""
    dockerfile: str = ""
    command: tuple[str, ...] | None = None
    ports: tuple[int, ...] = ()
    health: str = ""
    variables: Mapping[str, str]


def read(tree: Tree, folder: str = ".") -> tuple[Service, ...]:
    """The services of the compose file of the repository's root, else of the folder; none where there is no such file,
    or it can't be read."""
    for place in dict.fromkeys((".", folder)):
        for name in NAMES:
            path = posixpath.normpath(f"{place}/{name}")
            content = tree.read(path)
            if content is not None and (found := services(path, content)):
                return found
    return ()


def services(path: str, content: bytes) -> tuple[Service, ...]:
    """The services of a file's content."""
    listed = table(table(parsed.of_yaml(content)).get("services"))
    text = content.decode("utf-8-sig", "replace")
    folder = posixpath.dirname(path)
    some = itertools.islice(listed.items(), MOST_SERVICES)
    return tuple(service(folder, path, text, str(name), table(each)) for name, each in some)


def service(folder: str, path: str, text: str, name: str, written: Mapping[str, object]) -> Service:
    """One of them."""
    at = re.search(rf"^[ \t]+['\"]?{re.escape(name)}['\"]?[ \t]*:", text, re.MULTILINE)
    line = f":{text.count(chr(10), 0, at.start()) + 1}" if at else ""
    check = table(written.get("healthcheck")).get("test")
    asked = ADDRESS.search(" ".join(map(str, filter(scalar, check if isinstance(check, list) else [check]))))
    return Service(
        name=name,
        where=f"{path}{line}",
        image=filled(written.get("image")) or "",
        dockerfile=built(folder, written.get("build")),
        command=words(written.get("command")),
        ports=ports(written.get("ports")) or ports(written.get("expose")),
        health=asked["path"] if asked and asked["path"] != "/" else "",
        variables=variables(written.get("environment")),
    )


def built(folder: str, build: object) -> str:
    """The Dockerfile that a service is built from, relative to the repository; empty where there is none in it."""
    if build is None:
        return ""
    made = table(build)
    context = filled(build if isinstance(build, str) else made.get("context", ".")) or "."
    path = posixpath.normpath(posixpath.join(folder, context, filled(made.get("dockerfile")) or "Dockerfile"))
    return "" if path.startswith(("..", "/")) or "://" in context else path


def words(command: object) -> tuple[str, ...] | None:
    """A command as a list of words; None where there is none, or one of its variables has no value here."""
    listed = command if isinstance(command, list) else [command] if isinstance(command, str) else []
    texts = [filled(each) for each in listed]
    if not texts or any(text is None for text in texts):
        return None
    if isinstance(command, list):
        return tuple(text or "" for text in texts)
    try:
        return tuple(shlex.split(texts[0] or "")) or None
    except ValueError:
        return None


def ports(listed: object) -> tuple[int, ...]:
    """The ports inside the container: `8080:3000`, `127.0.0.1:${PORT:-80}:3000`, `{target: 3000}`."""
    found: list[int] = []
    for each in listed if isinstance(listed, list) else []:
        target = each.get("target") if isinstance(each, dict) else each
        text = filled(target) or (str(target) if scalar(target) else "")
        if (match := PUBLISHED.search(text)) and (number := numbers.port(match["port"])):
            found.append(number)
    return tuple(found)


def variables(listed: object) -> dict[str, str]:
    """The variables of a table, or of a list of `NAME=value`."""
    if isinstance(listed, dict):
        return {str(name): str(value) for name, value in listed.items() if scalar(value)}
    pairs = (str(each).partition("=") for each in listed if scalar(each)) if isinstance(listed, list) else ()
    return {name: value for name, sign, value in pairs if sign}


def filled(value: object) -> str | None:
    """A text with the defaults of its variables (`${TAG:-latest}`); None where one has none, there is no text, or far
    too much of it."""
    if not scalar(value):
        return None
    text = str(value).replace("$$", "\0")
    if len(text) > LONGEST or any(match["default"] is None for match in VARIABLE.finditer(text)):
        return None
    return VARIABLE.sub(lambda match: match["default"], text).replace("\0", "$")


def scalar(value: object) -> bool:
    """Whether it is a text or a number, and no list or table, which may be huge by its aliases."""
    return isinstance(value, str | int | float)

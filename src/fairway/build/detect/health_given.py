"""Health paths that no route spells out: AdonisJS's router with its groups, and what packages make by themselves."""

import re
from collections.abc import Iterator

from fairway.build.detect import calls
from fairway.build.detect.calls import Call
from fairway.build.detect.clue import Clue
from fairway.build.detect.constants import Constants
from fairway.build.detect.routes import Route
from fairway.build.detect.source import Source
from fairway.build.detect.uses import join

ROUTER = Clue(
    r"""import\s+(?P<name>[\w$]+)\s+from\s+['"](?:@adonisjs/core/services/router|@ioc:Adonis/Core/Route)['"]""",
    "@adonisjs/core/services/router",
    "@ioc:Adonis/Core/Route",
)
CHAINED = re.compile(r"\s*\.\s*(?P<name>\w+)\s*\(")
GUARDED = re.compile(r"\b(?:auth|guard|verify)", re.IGNORECASE)
# @fastify/under-pressure's own route.
PRESSURE = Clue(
    r"""\bexposeStatusRoute\s*:\s*(?:true|['"](?P<path>/[\w./-]*)['"]|(?P<options>\{))""", "exposeStatusRoute"
)
URL = re.compile(r"""\burl\s*:\s*['"](?P<path>/[\w./-]*)['"]""")
NEAR = 400
# @godaddy/terminus: `createTerminus(server, { healthChecks: { "/healthcheck": check } })`.
TERMINUS = re.compile(r"""\bhealthChecks\s*:\s*\{\s*['"](?P<path>/[\w./-]*)['"]""")


def find(sources: tuple[Source, ...], constants: Constants) -> Iterator[Route]:
    """The routes of all sources."""
    for source in sources:
        yield from adonis(source, constants)
        for match in PRESSURE.finditer(source.text):
            named = URL.search(source.text, match.end(), match.end() + NEAR) if match["options"] else None
            path = match["path"] or (named["path"] if named else "/status")
            yield Route(path=path, where=source.where(match.start()))
        if "terminus" in source.text:
            for match in TERMINUS.finditer(source.text):
                yield Route(path=match["path"], where=source.where(match.start()))


def adonis(source: Source, constants: Constants) -> Iterator[Route]:
    """The routes of AdonisJS's router, which is imported, with the prefixes of the groups around them."""
    imported = ROUTER.search(source.text)
    if imported is None:
        return
    name = re.escape(imported["name"])
    groups = [call for _, call in calls.find(re.compile(rf"\b{name}\.group\("), source.text)]
    routes = re.compile(rf"""\b{name}\s*\.\s*(?:get|any)\(\s*['"](?P<path>/?[\w./:-]*)['"]""")
    for match in routes.finditer(source.text):
        around = [group for group in groups if group.start < match.start() < group.end]
        prefixes = [of_group(source, group, constants) for group in around]
        if all(prefix is not None for prefix in prefixes):
            yield Route(
                path=join("/".join(prefix or "" for prefix in prefixes), match["path"]),
                where=source.where(match.start()),
            )


def of_group(source: Source, group: Call, constants: Constants) -> str | None:
    """The prefix that the calls behind a group give it; None when it can't be told, or when they guard the group, so
    that a health check would not get in."""
    prefix: str | None = ""
    position = group.end
    while chained := CHAINED.match(source.text, position):
        call = calls.read(source.text, chained.start(), chained.end())
        if call is None or chained["name"] == "domain" or GUARDED.search(" ".join(call.arguments)):
            return None
        if chained["name"] == "prefix":
            given = constants.text(call.arguments[0], source) if call.arguments else None
            prefix = None if given is None or prefix is None else join(given, prefix)
        position = call.end
    return prefix

"""The path that answers "are you well", from the routes in an app's source.

A router's path counts only with the prefix under which some file mounts it: `router.get("/")` in health.routes.js is
`/health` because app.js says `app.use("/health", healthRoutes)`. A route whose mounting can't be found is left alone:
a health check on a path that does not exist would stop every deployment.
"""

import re
from collections.abc import Iterator

from fairway.build.detect import calls, health_classes, health_given
from fairway.build.detect.clue import Clue
from fairway.build.detect.mounts import Mounts
from fairway.build.detect.routes import NAMES, Route, rank
from fairway.build.detect.source import Source
from fairway.build.detect.uses import WHOLE, join
from fairway.domain.detection import Health

ROUTE = re.compile(
    rf"(?:{WHOLE.format('who')}|\))"
    r"""\s*+\.\s*+(?:get|all|route)\s*+(?:<[^()]{0,80}>)?\(\s*+(?:\[\s*+)?"""
    r"""(?P<quote>['"`])(?P<path>/?[\w./:$-]*)(?P=quote)"""
)
# Whether a file has a route that may become a health path, by a pattern that begins with the dot: ROUTE would be
# tried at every word of every file. The path is taken whole, and only its end looked at, so that a long one is read
# once.
ENDS_WELL = "|".join(rf"""(?<=['"`/]{re.escape(name)})""" for name in NAMES)
HAS_ROUTE = re.compile(
    r"""\.\s*+(?:get|all|route)\s*+(?:<[^()]{0,80}>)?\(\s*+(?:\[\s*+)?['"`][\w./:$-]*+"""
    rf"""(?:(?<=['"`/])|(?i:{ENDS_WELL}))['"`]"""
)
OBJECT = Clue(
    r"""method\s*:\s*['"]GET['"]\s*,\s*(?:url|path)\s*:\s*['"](?P<path>/[\w./-]*)['"]"""
    r"""|(?:url|path)\s*:\s*['"](?P<after>/[\w./-]*)['"]\s*,\s*method\s*:\s*['"]GET['"]""",
    "GET'",
    'GET"',
)
RAW = Clue(
    r"""\b(?:req|request|ctx|context)\.(?:url|path)\s*={2,3}\s*['"`](?P<path>/[\w./-]+)['"`]""",
    *("req.url", "request.url", "ctx.url", "context.url", "req.path", "request.path", "ctx.path", "context.path"),
)
# Hono's routes with a description: `app.openapi(createRoute({ method: "get", path: "/health" }), handler)`.
OPENAPI = Clue(WHOLE.format("who") + r"\s*+\.\s*+openapi\s*+\(", "openapi")
DESCRIBED = re.compile(r"""\bpath\s*:\s*['"`](?P<path>/[\w./-]*)['"`]""")
MOST_CHAINED = 200
"""Health routes of a source that are looked at closely: is it an index, and with what does its chain begin?"""
GET = re.compile(r"""\bmethod\s*:\s*['"`]get['"`]""", re.IGNORECASE)


def find(sources: tuple[Source, ...]) -> Health | None:
    """The best health path, or None."""
    mounts = Mounts(sources)
    found = (*plain(sources, mounts), *health_classes.find(sources), *health_given.find(sources, mounts.constants))
    best = min(
        (route for route in found if rank(route) is not None), key=lambda each: rank(each) or (0, 0), default=None
    )
    return Health(path=best.path, where=best.where) if best else None


def plain(sources: tuple[Source, ...], mounts: Mounts) -> Iterator[Route]:
    """The routes of Express, Fastify, Koa, Hono and their like, with the prefixes of their routers."""
    for source in sources:
        roots = None
        for who, path, position in written(source):
            if roots is None:
                roots = mounts.of_file(source.path)
            for prefix in mounts.of_receiver(source.path, who, roots, position):
                yield Route(path=join(prefix, path), where=source.where(position))
        for match in RAW.finditer(source.text):
            yield Route(path=match["path"], where=source.where(match.start()))
        for match in OBJECT.finditer(source.text):
            for prefix in mounts.of_file(source.path):
                path = match["path"] or match["after"]
                yield Route(path=join(prefix, path), where=source.where(match.start()))


def written(source: Source) -> Iterator[tuple[str, str, int]]:
    """The routes of one source that may become a health path: the receiver, the path, the position."""
    judged: dict[str, bool] = {}
    known: dict[int, str] = {}
    chained = 0
    for match in ROUTE.finditer(source.text) if HAS_ROUTE.search(source.text) else ():
        if not is_likely(match["path"]):
            continue
        if match["path"] not in judged:
            judged[match["path"]] = len(judged) < MOST_CHAINED and not lists(match["path"], source)
        if not judged[match["path"]]:
            continue
        chained += not match["who"]
        if match["who"] or chained <= MOST_CHAINED:
            who = match["who"] or calls.head(source.text, match.start() + 1, known)
            yield who, match["path"], match.start("path")
    for match, call in calls.find(OPENAPI, source.text):
        described = call.arguments[0] if call.arguments else ""
        if re.fullmatch(r"[\w$]+", described):
            named = re.compile(rf"\b{re.escape(described)}\s*=\s*createRoute\(")
            described = next((" ".join(made.arguments) for _, made in calls.find(named, source.text)), "")
        if GET.search(described) and (path := DESCRIBED.search(described)):
            yield match["who"], path["path"], match.start()


def is_likely(path: str) -> bool:
    """Whether a route may become a health path, by its own last part or its router's prefix."""
    return path.rstrip("/").rpartition("/")[2].lower() in NAMES or path in ("/", "")


def lists(path: str, source: Source) -> bool:
    """Whether a route is the index of something, as `/status` beside `/status/:slug`: that may well answer 404."""
    return bool(path.strip("/")) and bool(re.search(rf"""['"`]{re.escape(path.rstrip("/"))}/[:*{{$]""", source.text))

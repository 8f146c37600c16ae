"""The path that answers "are you well", from the routes in an app's source.

A router's path counts only with the prefix under which some file mounts it: `router.get("/")` in health.routes.js is
`/health` because app.js says `app.use("/health", healthRoutes)`. A route whose mounting can't be found is left alone:
a health check on a path that does not exist would stop every deployment.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fairway.build.detect.source import Source
from fairway.domain.detection import Health

# The better the name says it, the earlier; readiness may wait for a database.
NAMES = (
    "healthz", "health", "healthcheck", "health-check", "health_check", "_health", "readyz", "ready",
    "readiness", "livez", "live", "liveness", "alive", "ping", "heartbeat", "status", "up", "_status", "hc",
)  # fmt: skip
ROUTE = re.compile(
    r"""\b(?P<who>[\w$]+)\s*\.\s*(?:get|all|route)\s*(?:<[^()]{0,80}>)?\(\s*(?P<quote>['"`])(?P<path>/?[\w./:$-]*)(?P=quote)"""
)
OBJECT = re.compile(
    r"""method\s*:\s*['"]GET['"]\s*,\s*(?:url|path)\s*:\s*['"](?P<path>/[\w./-]*)['"]"""
    r"""|(?:url|path)\s*:\s*['"](?P<after>/[\w./-]*)['"]\s*,\s*method\s*:\s*['"]GET['"]"""
)
RAW = re.compile(r"""\b(?:req|request|ctx|context)\.(?:url|path)\s*={2,3}\s*['"`](?P<path>/[\w./-]+)['"`]""")
USE = re.compile(
    r"""\b(?P<who>[\w$]+)\s*\.\s*(?:use|route|register)\s*\(\s*(?:['"`](?P<path>/[\w./-]*)['"`]\s*,)?(?P<rest>[^;\n]{0,200})"""
)
IMPORTED = re.compile(
    r"""(?:import\s+(?:\*\s+as\s+)?(?P<default>[\w$]+)?\s*,?\s*(?:\{(?P<named>[^}]*)\})?\s*from\s*['"](?P<from>[.@~#][^'"]*)['"])"""
    r"""|(?:(?:const|let|var)\s+(?:(?P<whole>[\w$]+)|\{(?P<parts>[^}]*)\})\s*=\s*require\(\s*['"](?P<required>[.@~#][^'"]*)['"]\s*\))"""
)
INLINE = re.compile(r"""require\(\s*['"](\.[^'"]*)['"]\s*\)""")
APPS = re.compile(
    r"""\b(?P<name>[\w$]+)\s*(?::\s*[\w.<>]+\s*)?=\s*(?:await\s+)?(?:require\(['"](?:express|fastify|restify|polka)['"]\)|express|fastify|Fastify|polka|restify\.createServer|[Hh]api\.server|new\s+(?:[Hh]api\.Server|Hono|Koa|Elysia|OpenAPIHono))\b\s*(?:<[^()]*>)?\("""
)
CONTROLLER = re.compile(r"""@Controller\(\s*(?:\{[^}]*?path\s*:\s*)?(?:['"`](?P<path>[\w/-]*)['"`])?[^)]*\)""")
METHOD = re.compile(r"""@Get\(\s*(?:['"`](?P<path>[\w/-]*)['"`])?\s*\)""")
PREFIX = re.compile(r"""setGlobalPrefix\(\s*['"`]([\w/-]+)['"`]\s*(?P<more>,[\s\S]{0,200})?""")
HANDED_IN = frozenset({"app", "server", "fastify"})
DEEPEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A full path and where it is defined."""

    path: str
    where: str


def find(sources: tuple[Source, ...]) -> Health | None:
    """The best health path, or None."""
    routes = [route for route in (*plain(sources), *nest(sources)) if rank(route) is not None]
    best = min(routes, key=lambda route: rank(route) or (0, 0), default=None)
    return Health(path=best.path, where=best.where) if best else None


def rank(route: Route) -> tuple[int, int] | None:
    """The order among health paths; None for a path that is none. One with a parameter (`/health/:id`) is none."""
    parts = [part for part in route.path.split("/") if part]
    if not parts or any(":" in part or "$" in part or "*" in part for part in parts):
        return None
    if parts[-1].lower() in NAMES:
        return NAMES.index(parts[-1].lower()), len(parts)
    return None


def plain(sources: tuple[Source, ...]) -> Iterator[Route]:
    """The routes of Express, Fastify, Koa, Hono and their like, with the prefixes of their routers."""
    files = {source.path: source for source in sources}
    mounts = read_mounts(sources, files)
    for source in sources:
        roots = None
        for match in ROUTE.finditer(source.text):
            if not possible(match["path"], source):
                continue
            if roots is None:
                roots = prefixes(source.path, mounts, files, ())
            for prefix in local_prefixes(source, match["who"], roots):
                yield Route(path=join(prefix, match["path"]), where=source.where(match.start()))
        for match in RAW.finditer(source.text):
            yield Route(path=match["path"], where=source.where(match.start()))
        for match in OBJECT.finditer(source.text):
            for prefix in prefixes(source.path, mounts, files, ()):
                path = match["path"] or match["after"]
                yield Route(path=join(prefix, path), where=source.where(match.start()))


def possible(path: str, source: Source) -> bool:
    """Whether the route may become a health path, by its own last part or its router's prefix. `/status` beside
    `/status/:slug` is the index of something, which may well answer 404."""
    if path.strip("/") and re.search(rf"""['"`]{re.escape(path.rstrip("/"))}/[:*{{$]""", source.text):
        return False
    last = path.rstrip("/").rpartition("/")[2].lower()
    return last in NAMES or path in ("/", "")


def local_prefixes(source: Source, who: str, roots: tuple[str, ...]) -> tuple[str, ...]:
    """The prefixes of a route's receiver: none for the application itself, else those of its `use(...)`."""
    if any(match["name"] == who for match in APPS.finditer(source.text)):
        return ("",)
    here = [
        join(root, match["path"] or "")
        for match in USE.finditer(source.text)
        if re.search(rf"(?<![\w$./'\"]){re.escape(who)}(?![\w$(])", match["rest"])
        for root in (("",) if any(app["name"] == match["who"] for app in APPS.finditer(source.text)) else roots)
    ]
    # An application that is handed in (`module.exports = (app) => …`) is mounted by a call, without a prefix.
    return tuple(here) or roots or (("",) if who in HANDED_IN else ())


def read_mounts(sources: tuple[Source, ...], files: dict[str, Source]) -> dict[str, list[tuple[str, str, str]]]:
    """For each file, by whom it is mounted: (the mounting file, the receiver there, the prefix)."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for source in sources:
        names = imports(source, files)
        for match in USE.finditer(source.text):
            targets = {names[word] for word in re.findall(r"[\w$]+", match["rest"]) if word in names}
            targets |= {path for text in INLINE.findall(match["rest"]) if (path := resolve(source.path, text, files))}
            for target in targets:
                found.setdefault(target, []).append((source.path, match["who"], match["path"] or option(match["rest"])))
    return found


def option(rest: str) -> str:
    """Fastify's `{ prefix: "/api" }`."""
    found = re.search(r"""\bprefix\s*:\s*['"`](/[\w./-]*)['"`]""", rest)
    return found[1] if found else ""


def imports(source: Source, files: dict[str, Source]) -> dict[str, str]:
    """The names that come from the app's other files, with the file."""
    found: dict[str, str] = {}
    for match in IMPORTED.finditer(source.text):
        if not (path := resolve(source.path, match["from"] or match["required"], files)):
            continue
        names = [match["default"], match["whole"]]
        for group in (match["named"], match["parts"]):
            names.extend(re.split(r"\s+as\s+|\s*:\s*", part.strip())[-1] for part in (group or "").split(","))
        found.update({name: path for name in names if name})
    return found


def resolve(importer: str, text: str, files: dict[str, Source]) -> str | None:
    """The file of the app that an import names: relative to the importer, or by the aliases that most projects give
    their sources (`@/routes`, `~/routes`, `#src/routes`, `@src/routes`)."""
    if not text.startswith("."):
        return aliased(text, files)
    return file_of(posixpath.normpath(posixpath.join(posixpath.dirname(importer), text)), files)


def aliased(text: str, files: dict[str, Source]) -> str | None:
    """The file behind an alias. A package of the same name (`@nestjs/core`) is none: no source lies there."""
    first, _, rest = text.partition("/")
    folder = first.lstrip("@~#")
    places = (f"src/{folder}/{rest}", f"{folder}/{rest}") if folder else (f"src/{rest}", rest)
    return next((path for place in places if (path := file_of(posixpath.normpath(place), files))), None)


def file_of(path: str, files: dict[str, Source]) -> str | None:
    """The file that a path without its suffix means."""
    stem = re.sub(r"\.[cm]?js$", "", path)
    ends = ("", ".ts", ".js", ".mts", ".mjs", ".cts", ".cjs", "/index.ts", "/index.js", "/index.mjs")
    return next((name for base in (path, stem) for end in ends if (name := base + end) in files), None)


def prefixes(
    path: str, mounts: dict[str, list[tuple[str, str, str]]], files: dict[str, Source], seen: tuple[str, ...]
) -> tuple[str, ...]:
    """The prefixes under which a file's routes are reached; the file that makes the application has the empty one."""
    if APPS.search(files[path].text):
        return ("",)
    if len(seen) >= DEEPEST or path in seen:
        return ()
    found: list[str] = []
    for file, who, prefix in mounts.get(path, []):
        above = prefixes(file, mounts, files, (*seen, path))
        found.extend(join(top, prefix) for top in local_prefixes(files[file], who, above))
    return tuple(dict.fromkeys(found))


def nest(sources: tuple[Source, ...]) -> Iterator[Route]:
    """The routes of NestJS controllers, under the application's global prefix unless it excludes them."""
    prefix = next((match for source in sources if (match := PREFIX.search(source.text))), None)
    versioned = any("enableVersioning(" in source.text for source in sources)
    for source in sources:
        controllers = list(CONTROLLER.finditer(source.text))
        for controller, after in zip(controllers, [*controllers[1:], None], strict=False):
            if versioned and "version" in controller[0] and "VERSION_NEUTRAL" not in controller[0]:
                continue
            for method in METHOD.finditer(source.text, controller.end(), after.start() if after else len(source.text)):
                path = join(controller["path"] or "", method["path"] or "")
                excluded = prefix is not None and path.strip("/") in (prefix["more"] or "")
                path = path if prefix is None or excluded else join(prefix[1], path)
                yield Route(path=path, where=source.where(method.start()))


def join(prefix: str, path: str) -> str:
    """Two parts of a path as one that begins with a slash and ends with none."""
    return "/" + "/".join(part for part in f"{prefix}/{path}".split("/") if part)

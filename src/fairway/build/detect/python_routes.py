"""The port and the health path of a Python app, from its source."""

import posixpath
import re
from collections.abc import Mapping

from fairway.build.detect import numbers
from fairway.build.detect.clue import Clue
from fairway.build.detect.routes import NAMES
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Health, Port

PORT = Clue(
    r"""(?:environ\.get|getenv|environ\.setdefault|env\.int|env|config)\(\s*['"](?P<name>(?:APP_|SERVER_|API_|HTTP_)?PORT)['"]\s*,\s*(?:default\s*=\s*)?['"]?(?P<number>\d{2,5})""",
    "PORT",
)
LITERAL = Clue(r"""\b(?:run|run_app|serve|start)\((?:[^()]|\([^()]*\))*?\bport\s*=\s*(?P<number>\d{2,5})\b""", "port")
# The default of an option: tornado's `define("port", default=8888)`, argparse's, click's and typer's.
OPTION = Clue(
    r"""\b(?:define|add_argument|option|Option)\((?:\s*\d+\s*,)?(?:\s*['"]-\w['"]\s*,)?\s*['"](?:--)?port['"]"""
    r"""(?:[^()]|\([^()]*\))*?\bdefault\s*=\s*['"]?(?P<number>\d{2,5})\b""",
    "port",
)
LISTEN = Clue(r"""\.listen\(\s*(?:port\s*=\s*)?(?P<number>\d{2,5})\b""", ".listen(")
SETTING = re.compile(
    r"""^[ \t]*(?P<name>(?:APP_|SERVER_|API_)?PORT)\s*:\s*int\s*=\s*(?P<number>\d{2,5})""", re.MULTILINE | re.IGNORECASE
)
ROUTE = re.compile(r"""@(?P<who>\w+)\.(?:get|route|api_route)\(\s*['"](?P<path>/[\w./-]*)['"]""")
APPLICATION = re.compile(
    r"""^[ \t]*(?P<name>\w+)\s*(?::\s*\w+\s*)?=\s*(?:\w+\.)?(?:FastAPI|Flask|Starlette|Quart|Sanic|Bottle)\(""",
    re.MULTILINE,
)
ROUTER = r"""^{name}\s*(?::\s*\w+\s*)?=\s*(?:\w+\.)?(?:APIRouter|Blueprint)\((?P<rest>[^)]*)\)"""
MOUNT = Clue(
    r"""\b(?P<into>\w+)\.(?P<call>include_router|register_blueprint)\(\s*(?:router\s*=\s*)?(?P<what>[\w.]+)(?P<rest>[^)]{0,400})\)""",
    "include_router",
    "register_blueprint",
)
PREFIX = re.compile(r"""\b(?:url_)?prefix\s*=\s*(?P<value>[^,\n]+)""")
# `web.get("/health", f)` and `add_get` of aiohttp, `add_route` of Falcon, a pair with its handler of Tornado.
ADDED = Clue(
    r"""(?:\bweb\.get|\.add_get|\.add_route)\(\s*['"](?P<path>/[\w./-]*)['"]"""
    r"""|\(\s*r?['"](?P<handled>/[\w./-]*)['"]\s*,\s*\w*Handler\b""",
    *("web.get(", ".add_get(", ".add_route(", "Handler"),
)
BARE = re.compile(r"""^@get\(\s*(?:path\s*=\s*)?['"](?P<path>/[\w./-]*)['"]""", re.MULTILINE)
BELOW = Clue(r"\badd_subapp\(|\bRouter\(|\bLitestar\([^)]*\bpath\s*=", "add_subapp(", "Router(", "Litestar(")
DEEPEST = 4
DJANGO = re.compile(r"""\b(?:path|re_path)\(\s*r?['"]\^?(?P<path>[\w./-]+?)\$?['"]\s*,\s*(?!include)""")
FROM = re.compile(
    r"^[ \t]*from[ \t]+(?:[\w.]*\.)?(?P<module>\w+)[ \t]+import[ \t]+(?:\((?P<several>[^)]*)\)|(?P<one>[^\n(]+))",
    re.MULTILINE,
)
Names = Mapping[str, tuple[str, str]]
"""What a file imports: by the name that it has there, the last part of the module and its name in it."""
Mounts = tuple[tuple[Source, re.Match[str], Names], ...]
"""Every place where a router is included, with the file that does so and what that imports."""
USUAL = {
    "Flask": 5000,
    "aiohttp": 8080,
    "Tornado": 8888,
    "Bottle": 8080,
    "Dash": 8050,
    "Streamlit": 8501,
    "Gradio": 7860,
}


def port(sources: tuple[Source, ...], tree: Tree, framework: str | None) -> Port:
    """The port that the app's own code listens on; the usual one where no file names it."""
    for pattern in (PORT, SETTING, LITERAL, OPTION, LISTEN):
        for source in sources:
            match = pattern.search(source.text)
            if match and (number := numbers.port(match["number"])):
                variable = match.groupdict().get("name")
                return Port(
                    number=number,
                    variable=variable.upper() if variable else None,
                    where=source.where(match.start()),
                )
    return Port(number=USUAL.get(framework or "", 8000), variable=None, where="the usual one", assumed=True)


def health(sources: tuple[Source, ...]) -> Health | None:
    """The best health path, or None. A router's path counts only when its prefix is known."""
    found: list[tuple[int, int, str, str]] = []
    # Looked for once: a repository has thousands of files, and each of its routes asks.
    mounts = tuple(
        (source, match, names)
        for source in sources
        if (places := list(MOUNT.finditer(source.text)))
        for names in (imports(source),)
        for match in places
    )
    below = any(BELOW.search(source.text) for source in sources)
    known: dict[tuple[str, str], tuple[str, ...]] = {}
    for source in sources:
        for match in ROUTE.finditer(source.text):
            last = match["path"].rstrip("/").rpartition("/")[2].lower()
            if last and last not in NAMES:
                continue
            key = (source.path, match["who"])
            if key not in known:
                known[key] = prefixes(source, match["who"], sources, mounts)
            for prefix in known[key]:
                add(found, prefix + match["path"], source.where(match.start()))
        for path, position in () if below else plain(source):
            add(found, path, source.where(position))
        if source.path.endswith("urls.py") and source.path.count("/") <= 1:
            for match in DJANGO.finditer(source.text):
                add(found, "/" + match["path"], source.where(match.start()))
    if not found:
        return None
    best = min(found, key=lambda item: item[:2])
    return Health(path=best[2], where=best[3])


def plain(source: Source) -> list[tuple[str, int]]:
    """The routes of aiohttp, Falcon, Tornado and Litestar with their positions, for an app of which none lie below
    others."""
    found = [(match["path"] or match["handled"], match.start()) for match in ADDED.finditer(source.text)]
    bare = BARE.finditer(source.text) if "litestar" in source.text else ()
    return found + [(match["path"], match.start()) for match in bare]


def add(found: list[tuple[int, int, str, str]], path: str, where: str) -> None:
    """Note a path when its last part is a health check's name. Django's trailing slash is part of it."""
    last = path.rstrip("/").rpartition("/")[2].lower()
    if last in NAMES:
        found.append((NAMES.index(last), path.count("/"), path, where))


def prefixes(source: Source, who: str, sources: tuple[Source, ...], mounts: Mounts, depth: int = 0) -> tuple[str, ...]:
    """The prefixes under which a receiver's routes are reached: the application's own is empty, a router's is that of
    each receiver that includes it, of the call that does so, and its own. One that can't be told leaves it out."""
    if any(match["name"] == who for match in APPLICATION.finditer(source.text)):
        return ("",)
    router = re.search(ROUTER.format(name=re.escape(who)), source.text, re.MULTILINE)
    own = written(router["rest"], sources) if router else None
    if router is None or own is None or depth >= DEEPEST:
        return ()
    module = source.path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
    found: list[str] = []
    for other, match, names in mounts:
        if not (means(match["what"], who, module, source, sources) or is_own(match["what"], who, source, other, names)):
            continue
        given = written(match["rest"], sources)
        if given is None or (match["into"] == who and other.path == source.path):
            continue
        # Flask takes the prefix of the registration in place of the blueprint's own.
        last = given if given and match["call"] == "register_blueprint" else given + own
        found.extend(above + last for above in prefixes(other, match["into"], sources, mounts, depth + 1))
    return tuple(dict.fromkeys(found))


def means(what: str, who: str, module: str, source: Source, sources: tuple[Source, ...]) -> bool:
    """Whether what is included by its module (`health.router`) is the receiver of that file, or what its package hands
    on of it (`from shop.api.health.views import router` in its `__init__.py`)."""
    parts = what.split(".")
    if len(parts) != 2:
        return False
    package = posixpath.dirname(source.path)
    if parts == [module, who] or parts[0] != posixpath.basename(package):
        return parts == [module, who]
    above = next((each for each in sources if each.path == f"{package}/__init__.py"), None)
    return above is not None and above is not source and imports(above).get(parts[1]) == (module, who)


def is_own(what: str, who: str, source: Source, other: Source, names: Names) -> bool:
    """Whether what is included by a name alone (`router`, `health_router`) is the receiver of that file."""
    module = source.path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
    return (what == who and other.path == source.path) or names.get(what) == (module, who)


def written(rest: str, sources: tuple[Source, ...]) -> str | None:
    """The prefix among a call's arguments: a text, or the only value that the sources give to a name; empty when there
    is none, None when it can't be told."""
    given = PREFIX.search(rest)
    if given is None:
        return ""
    value = given["value"].strip()
    if literal := re.fullmatch(r"""['"](/?[\w./-]*)['"]""", value):
        return literal[1]
    if not re.fullmatch(r"[\w.]+", value):
        return None
    name = re.escape(value.rpartition(".")[2])
    values = {
        match[1]
        for source in sources
        for match in re.finditer(
            rf"^[ \t]*{name}\s*(?::\s*\w+\s*)?=\s*['\"](/?[\w./-]*)['\"]", source.text, re.MULTILINE
        )
    }
    return values.pop() if len(values) == 1 else None


def imports(source: Source) -> Names:
    """What the file imports from modules."""
    found: dict[str, tuple[str, str]] = {}
    for match in FROM.finditer(source.text):
        for part in (match["several"] or match["one"]).split(","):
            words = part.split()
            if words:
                found[words[-1]] = (match["module"], words[0])
    return found

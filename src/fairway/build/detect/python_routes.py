"""The port and the health path of a Python app, from its source."""

import re

from fairway.build.detect.health import NAMES
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Health, Port

PORT = re.compile(
    r"""(?:environ\.get|getenv|environ\.setdefault|env\.int|env|config)\(\s*['"](?P<name>(?:APP_|SERVER_|API_|HTTP_)?PORT)['"]\s*,\s*(?:default\s*=\s*)?['"]?(?P<number>\d{2,5})"""
)
LITERAL = re.compile(r"""\b(?:run|run_app|serve)\((?:[^()]|\([^()]*\))*?\bport\s*=\s*(?P<number>\d{2,5})\b""")
SETTING = re.compile(
    r"""^\s*(?P<name>(?:APP_|SERVER_|API_)?PORT)\s*:\s*int\s*=\s*(?P<number>\d{2,5})""", re.MULTILINE | re.IGNORECASE
)
ROUTE = re.compile(r"""@(?P<who>\w+)\.(?:get|route|api_route)\(\s*['"](?P<path>/[\w./-]*)['"]""")
APPLICATION = re.compile(
    r"""^(?P<name>\w+)\s*(?::\s*\w+\s*)?=\s*(?:\w+\.)?(?:FastAPI|Flask|Starlette|Quart|Sanic|Bottle)\(""", re.MULTILINE
)
ROUTER = r"""^{name}\s*(?::\s*\w+\s*)?=\s*(?:\w+\.)?(?:APIRouter|Blueprint)\((?P<rest>[^)]*)\)"""
MOUNT = re.compile(r"""(?:include_router|register_blueprint)\(\s*(?P<what>[\w.]+)(?P<rest>[^)]*)\)""")
PREFIX = re.compile(r"""(?:url_)?prefix\s*=\s*['"](?P<path>/[\w./-]*)['"]""")
DJANGO = re.compile(r"""\b(?:path|re_path)\(\s*r?['"]\^?(?P<path>[\w./-]+?)\$?['"]\s*,\s*(?!include)""")
USUAL = {"Flask": 5000, "aiohttp": 8080, "Tornado": 8888, "Bottle": 8080}


def port(sources: tuple[Source, ...], tree: Tree, framework: str | None) -> Port:
    """The port that the app's own code listens on; the usual one where no file names it."""
    for pattern in (PORT, SETTING, LITERAL):
        for source in sources:
            if match := pattern.search(source.text):
                variable = match.groupdict().get("name")
                return Port(
                    number=int(match["number"]),
                    variable=variable.upper() if variable else None,
                    where=source.where(match.start()),
                )
    return Port(number=USUAL.get(framework or "", 8000), variable=None, where="the usual one", assumed=True)


def health(sources: tuple[Source, ...]) -> Health | None:
    """The best health path, or None. A router's path counts only when its prefix is known."""
    found: list[tuple[int, int, str, str]] = []
    for source in sources:
        for match in ROUTE.finditer(source.text):
            for prefix in prefixes(source, match["who"], sources):
                add(found, prefix + match["path"], source.where(match.start()))
        if source.path.endswith("urls.py") and source.path.count("/") <= 1:
            for match in DJANGO.finditer(source.text):
                add(found, "/" + match["path"], source.where(match.start()))
    if not found:
        return None
    best = min(found, key=lambda item: item[:2])
    return Health(path=best[2], where=best[3])


def add(found: list[tuple[int, int, str, str]], path: str, where: str) -> None:
    """Note a path when its last part is a health check's name. Django's trailing slash is part of it."""
    last = path.rstrip("/").rpartition("/")[2].lower()
    if last in NAMES:
        found.append((NAMES.index(last), path.count("/"), path, where))


def prefixes(source: Source, who: str, sources: tuple[Source, ...]) -> tuple[str, ...]:
    """The prefixes under which a receiver's routes are reached: the application's own is empty, a router's is
    its own and that of each `include_router`."""
    if any(match["name"] == who for match in APPLICATION.finditer(source.text)):
        return ("",)
    router = re.search(ROUTER.format(name=re.escape(who)), source.text, re.MULTILINE)
    if router is None:
        return ()
    own = PREFIX.search(router["rest"])
    module = source.path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
    found: list[str] = []
    for other in sources:
        named = APPLICATION.search(other.text)
        for match in MOUNT.finditer(other.text):
            last = match["what"].split(".")
            mine = match["what"] == who and (other.path == source.path or imported(other, module, who))
            if named and (mine or (len(last) == 2 and last == [module, who])):
                above = PREFIX.search(match["rest"])
                found.append((above["path"] if above else "") + (own["path"] if own else ""))
    return tuple(dict.fromkeys(found))


def imported(other: Source, module: str, name: str) -> bool:
    """Whether the other file imports the name from the module."""
    return bool(
        re.search(
            rf"^\s*from\s+[\w.]*\b{re.escape(module)}\s+import\s+[^\n]*\b{re.escape(name)}\b", other.text, re.MULTILINE
        )
    )

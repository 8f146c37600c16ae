"""The routes of classes with decorators: NestJS, routing-controllers, LoopBack.

What NestJS puts before a path is said elsewhere: a global prefix that leaves some paths out, and a version that is part
of the path. Where one of them can't be told, so can't the path.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fairway.build.detect import calls
from fairway.build.detect.clue import Clue
from fairway.build.detect.constants import Constants
from fairway.build.detect.routes import Route
from fairway.build.detect.source import Source
from fairway.build.detect.uses import join

CONTROLLER = Clue(r"@(?:Json)?Controller\(", "Controller(")
OPTION = re.compile(r"""\bpath\s*:\s*(?P<value>[^,{}]+)""")
VERSION = re.compile(r"""\bversion\s*:\s*(?P<value>\[[^\]]*\]|[^,{}]+)""")
METHOD = re.compile(r"""@Get\(\s*+(?:['"`](?P<path>[\w/-]*)['"`]\s*+)?\)""")
GLOBAL = Clue(r"\bsetGlobalPrefix\(", "setGlobalPrefix(")
VERSIONING = Clue(r"\benableVersioning\(", "enableVersioning(")
ROUTE_PREFIX = Clue(r"\broutePrefix\s*:\s*(?P<value>[^,{}\n]+)", "routePrefix")
QUOTED = re.compile(r"""['"`]/?([^'"`]*)['"`]""")
REST = re.compile(r"/?(?:\(\.\*\)|\*\w*|\{\*\w+\})$")
DECORATED = re.compile(r"""@get\(\s*['"](?P<path>/[\w./-]*)['"]""")
# Who else decorates classes so, and puts them below paths of its own.
OTHERS = Clue(r"""['"](?:@tsed/|tsoa)|\bRouterModule\.(?:register|forRoutes)\(""", "@tsed/", "tsoa", "RouterModule.")
BASE_PATH = Clue(r"\bbasePath\b", "basePath")
NEUTRAL = "VERSION_NEUTRAL"
AROUND = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What stands before the paths of all controllers. `prefix` None: it can't be told; `excluded` are the paths that
    go without it; `versioned`: a version is part of the path, after `mark` (None: it can't be told)."""

    prefix: str | None = ""
    excluded: tuple[str, ...] = ()
    versioned: bool = False
    by_header: bool = False
    mark: str | None = "v"
    version: str = ""


def find(sources: tuple[Source, ...]) -> Iterator[Route]:
    """The routes of all classes."""
    constants = Constants(sources)
    if not any(OTHERS.search(source.text) for source in sources):
        place = read_place(sources, constants)
        for source in sources:
            yield from controllers(source, place, constants)
    if not any(BASE_PATH.search(source.text) for source in sources):
        for source in sources:
            if "@loopback/" in source.text:
                for match in DECORATED.finditer(source.text):
                    yield Route(path=match["path"], where=source.where(match.start()))


def read_place(sources: tuple[Source, ...], constants: Constants) -> Place:
    """What `setGlobalPrefix`, `enableVersioning` and `routePrefix` say."""
    prefix: str | None = ""
    excluded: tuple[str, ...] = ()
    versions: tuple[str, Source] | None = None
    for source in sources:
        for _, call in calls.find(GLOBAL, source.text):
            prefix = constants.text(call.arguments[0], source) if call.arguments else None
            excluded = tuple(QUOTED.findall(" ".join(call.arguments[1:])))
        if named := ROUTE_PREFIX.search(source.text):
            prefix = constants.text(named["value"], source)
        for _, call in calls.find(VERSIONING, source.text):
            versions = (" ".join(call.arguments), source)
    if versions is None:
        return Place(prefix=prefix, excluded=excluded)
    text, source = versions
    default = re.search(r"\bdefaultVersion\s*:\s*(?P<value>\[[^\]]*\]|[^,{}]+)", text)
    marked = re.search(r"\bprefix\s*:\s*(?P<value>[^,{}]+)", text)
    mark = "" if marked and marked["value"].strip() == "false" else "v"
    return Place(
        prefix=prefix,
        excluded=excluded,
        versioned=not text or "VersioningType.URI" in text,
        by_header=bool(text) and "VersioningType.URI" not in text,
        mark=constants.text(marked["value"], source) if marked and mark else mark,
        version=default["value"].strip() if default else "",
    )


def controllers(source: Source, place: Place, constants: Constants) -> Iterator[Route]:
    """The routes of one file's controllers."""
    found = list(calls.find(CONTROLLER, source.text))
    for (_, call), after in zip(found, [*found[1:], None], strict=False):
        given = call.arguments[0] if call.arguments else "''"
        named = OPTION.search(given) if given.startswith("{") else None
        path = constants.text(named["value"] if named else "''" if given.startswith("{") else given, source)
        version = VERSION.search(given) if given.startswith("{") else None
        last = version_part(version["value"].strip() if version else place.version, place, source, constants)
        if path is None or last is None:
            continue
        end = after[0].start() if after else len(source.text)
        for method in METHOD.finditer(source.text, call.end, end):
            around = source.text[max(call.end, method.start() - AROUND) : method.end() + AROUND]
            whole = join(path, method["path"] or "")
            if "@Version(" in around or (place.prefix is None and not is_excluded(whole, place)):
                continue
            before = "" if is_excluded(whole, place) else place.prefix or ""
            yield Route(path=join(join(before, last), whole) or "/", where=source.where(method.start()))


def version_part(value: str, place: Place, source: Source, constants: Constants) -> str | None:
    """The part of the path for a version; empty for none, None when it can't be told or is no part of the path, so that
    a plain request does not get there."""
    if not value or NEUTRAL in value or not (place.versioned or place.by_header):
        return ""
    first = value.strip("[] \n").partition(",")[0]
    text = constants.text(first, source) if place.versioned else None
    return None if text is None or place.mark is None else f"{place.mark}{text}"


def is_excluded(path: str, place: Place) -> bool:
    """Whether a path goes without the global prefix: by its name, or below one that ends with a wildcard."""
    bare = path.strip("/")
    return any(
        bare == each.strip("/") or (REST.search(each) is not None and bare.startswith(REST.sub("", each)))
        for each in place.excluded
    )

"""Rules about the app's own JavaScript: settings that are written into it, and the end that it does not hear of."""

import re
from collections.abc import Iterator

from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree
from fairway.domain.app import App
from fairway.domain.audit import Finding
from fairway.domain.detection import Detection, Kind, parted

URL = re.compile(
    r"""(?P<quote>['"`])(?P<scheme>postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql)://[^'"`\s/@:]+:(?P<password>[^'"`\s@]+)@"""
    r"""(?P<host>[^'"`\s/:?]+)"""
)
LOCAL = frozenset(
    {"localhost", "127.0.0.1", "host", "example.com", "db", "database", "postgres", "mongo", "redis", "mysql"}
)
"""Hosts of a developer's own machine, or of an example."""
FALLBACK = re.compile(r"(\|\||\?\?|default\w*\(|default:|=)\s*$")
STATEMENTS = re.compile(r"(?<![|?(:=,\s])\s*\n|;")
"""What stands between two statements: the end of a line that does not go on in the next."""
LISTEN = re.compile(
    r"(?:\b(?:app|server|httpServer|http|fastify)|\))\s*\.listen\(\s*(?:\{\s*port:\s*)?(?P<port>\d{2,5})\b"
)
SESSION = re.compile(r"\b(?:session|expressSession)\(\s*\{")
HANDLES = re.compile(
    r"""['"`]SIG(?:TERM|INT)['"`]|enableShutdownHooks|closeWithGrace|close-with-grace|@godaddy/terminus|stoppable|http-terminator|"""
    r"""http-graceful-shutdown|http-shutdown|lightship|@fastify/graceful|gracefulShutdown|node-graceful|death\(|exit-hook"""
)
DOES_IT = frozenset({"next", "nuxt", "@adonisjs/core", "@strapi/strapi", "moleculer", "@feathersjs/cli", "nitropack"})
"""Frameworks whose own servers end at SIGTERM as they should."""


def urls(sources: tuple[Source, ...]) -> Iterator[Finding]:
    """Addresses of databases and brokers with a password, that are no default of a variable and no local one."""
    for source in sources:
        for match in URL.finditer(source.text):
            before = STATEMENTS.split(source.text[max(0, match.start() - 80) : match.start()])[-1]
            local = match["host"] in LOCAL or "${" in match["password"] or "${" in match["host"]
            if local or ("process.env" in before and FALLBACK.search(before)):
                continue
            yield at(source, match.start(), "hard-coded-url", f"a {match['scheme']} address with a password")


def sessions(sources: tuple[Source, ...], app: App) -> Iterator[Finding]:
    """express-session without a store, where a service that takes traffic has several tasks."""
    services = [service for each in app.environments for service in each.services]
    if not any(service.replicas > 1 and service.port is not None for service in services):
        return
    for source in sources:
        if "express-session" not in source.text:
            continue
        for match in SESSION.finditer(source.text):
            options = enclosed(source.text, match.end())
            if options and not re.search(r"\bstore\b|\.\.\.", options):
                yield at(source, match.start(), "session-in-memory", "the sessions are kept in each task's own memory")


def enclosed(text: str, start: int) -> str:
    """What stands up to the brace that closes the one before `start`; "" when that is not within 4,000 characters."""
    depth = 1
    for position, character in enumerate(text[start : start + 4000], start=start):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if not depth:
            return text[start:position]
    return ""


def ports(sources: tuple[Source, ...]) -> Iterator[Finding]:
    """A port that no variable moves."""
    for source in sources:
        for match in LISTEN.finditer(source.text):
            yield at(source, match.start(), "hard-coded-port", f"it listens on {match['port']}, whatever PORT says")


def signals(tree: Tree, found: Detection, sources: tuple[Source, ...]) -> Iterator[Finding]:
    """A Node.js server that nothing tells of its end."""
    if found.kind is not Kind.NODE and not (found.kind is Kind.DOCKERFILE and sources):
        return
    # fastify-cli listens by itself, and closes its server at SIGTERM.
    if found.start is not None and re.search(r"\bfastify start\b", " ".join(found.start.command)):
        return
    listening = [(source, match) for source in sources if (match := re.search(r"\.listen\(", source.text))]
    package = (tree.read("package.json") or b"").decode("utf-8", "replace")
    if not listening or any(HANDLES.search(source.text) for source in sources):
        return
    if any(f'"{name}"' in package for name in DOES_IT) or HANDLES.search(package):
        return
    source, match = listening[0]
    yield at(source, match.start(), "no-sigterm", "it listens here, and nothing handles SIGTERM")


def at(source: Source, position: int, rule: str, what: str) -> Finding:
    """The finding at a place of a source."""
    file, line = parted(source.where(position))
    return Finding(rule=rule, file=file, line=line, what=what)

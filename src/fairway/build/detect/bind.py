"""The address that an app binds to: on 127.0.0.1 it is healthy inside its container and unreachable from outside."""

import re
from dataclasses import dataclass

from fairway.build.detect import calls
from fairway.build.detect.calls import Call
from fairway.build.detect.clue import Clue
from fairway.build.detect.reach import unreachable
from fairway.build.detect.shell import Command
from fairway.build.detect.source import Source
from fairway.domain.detection import Problem

FIX = 'listen on 0.0.0.0, e.g. app.listen(port, "0.0.0.0"), or listen({ port, host: "0.0.0.0" }) with Fastify'
EVERYWHERE = "0.0.0.0"  # noqa: S104  (inside a container: nothing but the load balancer reaches it)
LOOPBACK = r"""['"`](?:127\.0\.0\.1|localhost|::1)['"`]"""
THERE = ("127.0.0.1", "localhost", "::1")
VARIABLE = Clue(
    rf"""process\.env(?:\.|\[['"])(?P<name>(?:[A-Z][A-Z0-9]*_)*(?:HOST|HOSTNAME|ADDRESS|IP|BIND))(?:['"]\])?\s*(?:\|\||\?\?)\s*{LOOPBACK}""",
    *THERE,
)
SCHEMA = Clue(
    rf"""\b(?P<name>HOST|APP_HOST|SERVER_HOST|API_HOST|HTTP_HOST|BIND_HOST|LISTEN_HOST)['"]?\s*:\s*[^\n]{{0,80}}?default['"]?(?:\(|:)\s*{LOOPBACK}""",
    *THERE,
)
OURS = frozenset(
    {"HOST", "HOSTNAME", "APP_HOST", "SERVER_HOST", "API_HOST", "HTTP_HOST", "LISTEN_HOST", "BIND_HOST", "BIND", "IP",
     "ADDRESS", "BIND_ADDRESS", "LISTEN_ADDRESS", "SERVER_ADDRESS"}
)  # fmt: skip
# Not into a callback: what it prints (`hostname ? hostname : "localhost"`) is no address that is listened on.
LITERAL = Clue(
    rf"\.listen\((?:(?!=>|\bfunction\b)[^()]|\([^()]*\)){{0,200}}?(?:\bhost(?:name)?\s*:\s*|,\s*){LOOPBACK}",
    *THERE,
)
SERVER = Clue(rf"(?<=[\w$])\.[sS]erver\(\s*\{{[^{{}}]*?\bhost\s*:\s*{LOOPBACK}", *THERE)
LISTEN = Clue(r"\.listen\(", ".listen(")
HOST = re.compile(r"\bhost(?:name)?\s*:\s*(?P<value>[^,{}]+)|(?<![\w.$])(?P<short>host)\s*[,}]")
BARE = re.compile(r"""process\.env(?:\.|\[['"])(?P<name>[A-Z_]+)(?:['"]\])?!?""")
PORTLIKE = re.compile(r"^[+]?\d|port", re.IGNORECASE)
ADAPTER = "FastifyAdapter("
JSON_SERVER = "json-server"
FASTIFY = "fastify"
"""fastify-cli's program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The variable that moves the app off the loopback interface, or the problem when none does."""

    variable: str | None = None
    where: str = ""
    problems: tuple[Problem, ...] = ()


def find(sources: tuple[Source, ...], framework: str | None, command: Command | None = None, where: str = "") -> Bound:
    """What keeps the app from being reached from outside its container, if anything does; `where` is the command's
    place. fastify-cli and json-server listen by themselves: a server.js beside them is another way to start, and says
    nothing here."""
    if command and command.program == FASTIFY:
        return Bound()
    if command and command.program == JSON_SERVER:
        told = any(word.partition("=")[0] in ("-H", "-h", "--host") for word in command.words)
        said = unreachable("json-server listens on localhost by default", where, "add --host 0.0.0.0 to its command")
        return Bound(problems=() if told else (said,))
    for source in sources:
        for pattern in (VARIABLE, SCHEMA):
            for match in pattern.finditer(source.text):
                if match["name"] in OURS:
                    return Bound(variable=match["name"], where=source.where(match.start("name")))
    for source in sources:
        if fixed := LITERAL.search(source.text) or SERVER.search(source.text):
            return Bound(
                problems=(unreachable("it listens on the loopback interface alone", source.where(fixed.start()), FIX),)
            )
        for _, call in calls.find(LISTEN, source.text):
            if (bound := listening(source, call, framework)) is not None:
                return bound
    return Bound()


def listening(source: Source, call: Call, framework: str | None) -> Bound | None:
    """What one call of `listen` says; None when nothing keeps it from being reached."""
    where = source.where(call.start)
    named = address(call)
    if named is None:
        by_fastify = framework == "Fastify" and re.search(r"""['"]fastify['"]""", source.text)
        if (by_fastify or ADAPTER in source.text) and is_server(call):
            return Bound(problems=(unreachable("Fastify listens on localhost by default", where, FIX),))
        return None
    if (variable := BARE.fullmatch(named)) and variable["name"] in OURS:
        return Bound(variable=variable["name"], where=where)
    constant = rf"\b(?:const|let|var)\s+{re.escape(named)}\s*(?::\s*\w+\s*)?=\s*{LOOPBACK}"
    if re.fullmatch(r"[\w$]+", named) and re.search(constant, source.text):
        return Bound(problems=(unreachable("it listens on the loopback interface alone", where, FIX),))
    return None


def address(call: Call) -> str | None:
    """The expression that a call of `listen` gives for the address, None when it gives none: `listen(port, "::")`,
    `listen({ port, host })`."""
    if not call.arguments:
        return None
    first, rest = call.arguments[0], call.arguments[1:]
    if first.startswith("{"):
        found = HOST.search(first)
        spread = "..." if "..." in first else None
        return (found["value"] or found["short"]).strip() if found else spread
    return rest[0] if rest and not calls.is_function(rest[0]) else None


def is_server(call: Call) -> bool:
    """Whether a call of `listen` is that of a server with a port: `listen(3000)`, `listen({ port })`, and not what a
    queue or an emitter calls so."""
    return bool(call.arguments) and bool(PORTLIKE.search(call.arguments[0]))


def variables(framework: str | None, command: Command | None) -> dict[str, str]:
    """What the image sets for a server whose own start command or framework reads an address from the environment.

    fastify-cli listens on localhost unless it finds Docker's own mark, which no container of ECS has; AdonisJS's
    examples give `HOST=localhost`, which is Astro's default.
    """
    found = {"HOST": EVERYWHERE} if framework in ("AdonisJS", "Astro") else {}
    if command and command.program == FASTIFY and not {"-a", "--address"} & set(command.words):
        found["FASTIFY_ADDRESS"] = EVERYWHERE
    return found

"""The address that an app binds to: on 127.0.0.1 it is healthy inside its container and unreachable from outside."""

import re
from dataclasses import dataclass

from fairway.build.detect.source import Source
from fairway.domain.detection import Problem

LOOPBACK = r"""['"`](?:127\.0\.0\.1|localhost|::1)['"`]"""
VARIABLE = re.compile(
    rf"""process\.env(?:\.|\[['"])(?P<name>(?:[A-Z][A-Z0-9]*_)*(?:HOST|HOSTNAME|ADDRESS|IP|BIND))(?:['"]\])?\s*(?:\|\||\?\?)\s*{LOOPBACK}"""
)
SCHEMA = re.compile(
    rf"""\b(?P<name>HOST|APP_HOST|SERVER_HOST|API_HOST|HTTP_HOST|BIND_HOST|LISTEN_HOST)['"]?\s*:\s*[^\n]{{0,80}}?default['"]?(?:\(|:)\s*{LOOPBACK}"""
)
OURS = frozenset(
    {"HOST", "HOSTNAME", "APP_HOST", "SERVER_HOST", "API_HOST", "HTTP_HOST", "LISTEN_HOST", "BIND_HOST", "BIND", "IP",
     "ADDRESS", "BIND_ADDRESS", "LISTEN_ADDRESS", "SERVER_ADDRESS"}
)  # fmt: skip
# Not into a callback: what it prints (`hostname ? hostname : "localhost"`) is no address that is listened on.
LITERAL = re.compile(
    rf"\.listen\((?:(?!=>|\bfunction\b)[^()]|\([^()]*\)){{0,200}}?(?:\bhost(?:name)?\s*:\s*|,\s*){LOOPBACK}"
)
SERVER = re.compile(rf"\b[\w$]+\.[sS]erver\(\s*\{{[^{{}}]*?\bhost\s*:\s*{LOOPBACK}")
FASTIFY = re.compile(r"\.listen\(\s*\{(?P<inside>[^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The variable that moves the app off the loopback interface, or the problem when none does."""

    variable: str | None = None
    where: str = ""
    problems: tuple[Problem, ...] = ()


def find(sources: tuple[Source, ...], framework: str | None) -> Bound:
    """What keeps the app from being reached from outside its container, if anything does."""
    for source in sources:
        for pattern in (VARIABLE, SCHEMA):
            for match in pattern.finditer(source.text):
                if match["name"] in OURS:
                    return Bound(variable=match["name"], where=source.where(match.start("name")))
    for source in sources:
        if fixed := LITERAL.search(source.text) or SERVER.search(source.text):
            return Bound(
                problems=(unreachable(source.where(fixed.start()), "it listens on the loopback interface alone"),)
            )
        if framework == "Fastify" and re.search(r"""['"]fastify['"]""", source.text):
            opened = FASTIFY.search(source.text)
            if opened and not re.search(r"\bhost\b|\.\.\.", opened["inside"]):
                return Bound(
                    problems=(unreachable(source.where(opened.start()), "Fastify listens on localhost by default"),)
                )
    return Bound()


def unreachable(where: str, why: str) -> Problem:
    """The problem of a process that nothing outside its container can reach."""
    return Problem(
        what="the app can't be reached from outside its container",
        why=f"{why} ({where})",
        fix='listen on 0.0.0.0, e.g. app.listen(port, "0.0.0.0"), or listen({ port, host: "0.0.0.0" }) with Fastify',
        where=where,
    )

"""Whether the server that a command starts can be reached: most of Python's bind to 127.0.0.1 unless they are told.

`uvicorn app:app --port 8000` is healthy inside its container, and nothing outside it gets an answer.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fairway.build.detect.reach import unreachable
from fairway.domain.detection import Problem

REST = r"(?P<rest>[^|;&\n]*)"
LOCAL = re.compile(
    r"(?:--host|--bind|--listen|--insecure-bind|-b|-h|-H)[ =]+['\"]?(?:127\.0\.0\.1|localhost)\b"
    r"|\brunserver\s+(?:127\.0\.0\.1|localhost)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that listens on the loopback interface by itself: how it is called, what tells it another address (an
    option, or a variable of the environment), and what to add."""

    called: re.Pattern[str]
    told: re.Pattern[str]
    variable: str
    fix: str


def server(called: str, told: str, variable: str, fix: str) -> Server:
    """A row of SERVERS."""
    return Server(called=re.compile(called + REST), told=re.compile(rf"(?:^|\s)(?:{told})"), variable=variable, fix=fix)


SERVERS = (
    server(r"(?:^|[\s/])uvicorn(?=\s)", r"--host|--uds|--fd", "UVICORN_HOST", "--host 0.0.0.0"),
    server(
        r"(?:^|[\s/])hypercorn(?=\s)", r"-b\b|--bind|--insecure-bind|-c\b|--config", "", "--bind 0.0.0.0:${PORT:-8000}"
    ),
    server(r"(?:^|[\s/])granian(?=\s)", r"--host|--uds", "GRANIAN_HOST", "--host 0.0.0.0"),
    server(r"(?:^|[\s/])daphne(?=\s)", r"-b\b|--bind|-u\b|-e\b|--endpoint|--fd", "", "-b 0.0.0.0"),
    server(r"(?:^|[\s/])flask\b[^|;&\n]{0,200}?\srun\b", r"-h\b|--host", "FLASK_RUN_HOST", "--host 0.0.0.0"),
    server(r"(?:^|[\s/])quart\b[^|;&\n]{0,200}?\srun\b", r"-h\b|--host", "QUART_RUN_HOST", "--host 0.0.0.0"),
    server(r"(?:^|[\s/])litestar\b[^|;&\n]{0,200}?\srun\b", r"-H\b|--host|--uds", "LITESTAR_HOST", "--host 0.0.0.0"),
    server(r"(?:^|[\s/])sanic(?=\s)", r"-H\b|--host|-u\b|--unix", "SANIC_HOST", "--host 0.0.0.0"),
    server(r"\bmanage\.py\s+runserver\b", r"\S*[\d.\]]:\S*|0:\S*|\$\S*:\S*", "", "0.0.0.0:8000"),
)


def of_command(text: str, where: str, variables: Mapping[str, str]) -> tuple[Problem, ...]:
    """The problem of a command whose server only its own container can reach; none for any other. `variables`: what the
    image sets."""
    if LOCAL.search(text):
        return (
            unreachable("it is told to listen on the loopback interface alone", where, "write 0.0.0.0 in its place"),
        )
    for each in SERVERS:
        match = each.called.search(text)
        if match is None or each.told.search(match["rest"]):
            continue
        if each.variable and variables.get(each.variable, "127.0.0.1") != "127.0.0.1":
            continue
        return (
            unreachable("its server listens on 127.0.0.1 by default", where, f"add {each.fix} to the start command"),
        )
    return ()

"""The port that a Dockerfile's image listens on."""

import re
from dataclasses import replace

from fairway.build.detect import numbers, python_gunicorn
from fairway.build.detect.dockerfile_text import Instruction
from fairway.domain import dockerfile
from fairway.domain.detection import Detection, Kind, Port, Start

FIXED = re.compile(
    r"(?:--port|--http-port|--server\.port)[ =](\d{2,5})\b|(?:--bind|-b)[ =]?\S{0,200}?:(\d{2,5})\b"
    r"|\brunserver\s+(?:\S+:)?(\d{2,5})\b|\bflask\b.{0,200}\srun\b.{0,200}\s-p[ =]?(\d{2,5})\b"
)
# What a program takes when neither its command nor a variable of the app's says anything.
USUAL = (
    (re.compile(r"\bflask\b.{0,200}\brun\b"), 5000),
    (re.compile(r"\bwaitress-serve\b"), 8080),
    (re.compile(r"\bstreamlit run\b"), 8501),
    (re.compile(r"\bmanage\.py runserver|\b(uvicorn|hypercorn|granian|daphne)\b|\b(fastapi|litestar) run\b"), 8000),
)

# What an image exposes beside HTTP: file transfer, SSH, mail, TLS with a certificate of its own, debuggers, metrics.
BESIDE = frozenset({21, 22, 25, 53, 443, 465, 587, 2222, 5005, 5678, 8443, 9090, 9229, 9191})


def find(
    final: tuple[Instruction, ...], path: str, app: Detection, command: Start | None, bound: Port | None = None
) -> tuple[Port | None, tuple[str, ...]]:
    """The port: what the start command names, what the image's environment gives the app's variable, what the source
    says, then EXPOSE, then what the command's program takes by itself. A contradiction is a note: what the process
    listens on is the truth, and only shows when it runs. `bound` is what the command's own file of settings says."""
    variables = environment(final)
    exposed = exposes(final)
    source = bound or own_port(app)
    named = FIXED.search(command.text) if command else None
    fixed = numbers.port(next(group for group in named.groups() if group)) if named else None
    notes: tuple[str, ...] = ()
    variable = source.variable if source and source.variable else "PORT"
    given = numbers.port(variables.get(variable))
    if command and fixed:
        port = Port(number=fixed, variable=None, where=command.where)
    elif given and (bound is None or bound.variable):
        line = next(item.line for item in reversed(final) if item.name in ("ENV", "ARG") and variable in item.rest)
        port = Port(number=given, variable=variable, where=f"{path}:{line}")
    elif source and not source.assumed:
        port = source
    elif exposed:
        number, line = next((each for each in exposed if each[0] not in BESIDE), exposed[0])
        said = source.variable if source and not source.assumed else None
        port = Port(number=number, variable=said, where=f"{path}:{line}")
    else:
        return (usual(command) if command else None) or source, notes
    if exposed and port.number not in [number for number, _ in exposed]:
        notes = (
            f"{path}:{exposed[0][1]} exposes {exposed[0][0]}, but the app listens on {port.number} ({port.where})",
        )
    elif len({number for number, _ in exposed}) > 1:
        listed = ", ".join(str(number) for number, _ in exposed)
        notes = (
            f"{path} exposes the ports {listed}; {port.number} receives the traffic (services.web.port changes it)",
        )
    return port, notes


def exposes(final: tuple[Instruction, ...]) -> list[tuple[int, int]]:
    """The ports that EXPOSE names, each with its line."""
    variables = environment(final)
    return [
        (number, item.line)
        for item in final
        if item.name == "EXPOSE"
        for found in re.findall(r"\b(\d{2,5})\b(?!/udp)", dockerfile.substitute(item.rest, variables))
        if (number := numbers.port(found))
    ]


def own_port(app: Detection) -> Port | None:
    """The port of the app's files. One that belongs to the start command that Fairway would make is only assumed: the
    image has a command of its own."""
    port = app.port
    made = app.kind is Kind.PYTHON and port and app.start and settles(port.where, app.start)
    return replace(port, assumed=True) if port and made else port


def settles(where: str, start: Start) -> bool:
    """Whether a place belongs to the start command: its own, or that of gunicorn's settings for it."""
    return where == start.where or where.startswith(python_gunicorn.FILE)


def usual(command: Start) -> Port | None:
    """The port that the command's program is known for."""
    number = next((number for pattern, number in USUAL if pattern.search(command.text)), None)
    return Port(number=number, variable=None, where=command.where) if number else None


def environment(final: tuple[Instruction, ...]) -> dict[str, str]:
    """The variables that ENV sets, and ARG's defaults."""
    found: dict[str, str] = {}
    for item in final:
        if item.name in ("ENV", "ARG"):
            old = re.fullmatch(r"(\w+)\s+([^=]*)", item.rest)
            pairs = (
                [(old[1], old[2])]
                if old and item.name == "ENV"
                else re.findall(r"(\w+)=(\"[^\"]*\"|'[^']*'|\S*)", item.rest)
            )
            for name, value in pairs:
                found[name] = dockerfile.substitute(value.strip("'\""), found)
    return found

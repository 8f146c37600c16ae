"""A task that runs and does not listen where Fairway asks: on loopback, on another port, or on nothing."""

from fairway.domain.diagnosis_text import Finding, listed, seconds_text
from fairway.domain.facts import Facts, Socket

DEBUGGERS = frozenset({5678, 9229})
"""Node.js's inspector and Python's debugpy: nobody means them to be served."""
PYTHON = ("python", "gunicorn", "uvicorn", "flask", "django", "manage.py", "hypercorn")


def read_elsewhere(facts: Facts) -> Finding | None:
    """It listens, and not where it is asked."""
    port = facts.spec.port
    sockets = listening(facts)
    if port is None or not sockets or any(socket.reachable and socket.port == port for socket in sockets):
        return None
    inside = [socket for socket in sockets if socket.port == port]
    if inside:
        return loopback(facts, inside[0])
    outside = sorted({socket.port for socket in sockets if socket.reachable})
    if not outside:
        return loopback(facts, sockets[0])
    return other_port(facts, port, outside)


def read_nowhere(facts: Facts, printed: Finding | None) -> Finding | None:
    """It runs and listens on nothing; if it printed why, that is the cause."""
    if facts.spec.port is None or facts.sockets is None or listening(facts):
        return None
    after = f"no listening socket in the container after {seconds_text(facts.lived)}"
    if printed is not None:
        return Finding(sentence=printed.sentence, seen=f"{printed.seen}; {after}", fix=printed.fix, line=printed.line)
    return Finding(
        sentence=f"the process runs, but listens on no port; Fairway asked {facts.spec.port}",
        seen=after,
        fix=f"listen on the port that the variable PORT names; what starts slowly needs a longer services."
        f"{facts.spec.service}.health.start_period, and what serves no requests is another service than web",
    )


def loopback(facts: Facts, socket: Socket) -> Finding:
    """Bound to an address that only the container itself can reach."""
    where = show(socket)
    elsewhere = "" if socket.port == facts.spec.port else f", and Fairway asked port {facts.spec.port}"
    return Finding(
        sentence=f"the process listens on {where}, so nothing outside its container can reach it{elsewhere}",
        seen=f"a socket on {where} in the container; none on 0.0.0.0:{socket.port}",
        fix=everywhere(facts, socket.port),
        line=mention(facts, str(socket.port)),
    )


def other_port(facts: Facts, port: int, ports: list[int]) -> Finding:
    """It serves, somewhere else."""
    spec = facts.spec
    shown = listed([str(one) for one in ports])
    source = "services." + spec.service + ".port names" if spec.port_declared else "Fairway guessed"
    advice = f"set port = {ports[0]} under [services.{spec.service}] in fairway.toml, " if len(ports) == 1 else ""
    return Finding(
        sentence=f"the process listens on {'port' if len(ports) == 1 else 'ports'} {shown}, {source} {port}",
        seen=f"sockets in the container: {', '.join(show(socket) for socket in listening(facts))}",
        fix=f"{advice or f'set services.{spec.service}.port to the right one, '}"
        f"or let the app listen on the port that the variable PORT names",
        line=mention(facts, str(ports[0])),
    )


def everywhere(facts: Facts, port: int) -> str:
    """How to bind to all addresses, in the language that the command or the log shows."""
    said = " ".join((*(facts.spec.command or ()), *facts.log)).lower()
    if "gunicorn" in said:
        return f"listen on 0.0.0.0, e.g. gunicorn --bind 0.0.0.0:{port}"
    if "uvicorn" in said or "hypercorn" in said:
        return f"listen on 0.0.0.0, e.g. uvicorn --host 0.0.0.0 --port {port}"
    if any(word in said for word in PYTHON):
        return "listen on 0.0.0.0 instead"
    return 'listen on 0.0.0.0, e.g. app.listen(port, "0.0.0.0")'


def listening(facts: Facts) -> tuple[Socket, ...]:
    """Its sockets without those of debuggers."""
    return tuple(socket for socket in facts.sockets or () if socket.port not in DEBUGGERS)


def show(socket: Socket) -> str:
    """`127.0.0.1:3000`, `[::1]:3000`."""
    return f"[{socket.address}]:{socket.port}" if ":" in socket.address else f"{socket.address}:{socket.port}"


def mention(facts: Facts, text: str) -> int | None:
    """The last line of the log that mentions it."""
    return next((index for index in range(len(facts.log) - 1, -1, -1) if text in facts.log[index]), None)

"""The checks of `fairway doctor`: each looks at one thing and says what it saw and what mends it.

They look at what works, not at what is installed: an engine that answers, a docker command that builds with BuildKit.
"""

import re
from pathlib import Path

from fairway.adapters.host.machine import Machine
from fairway.adapters.host.system import System
from fairway.ports.host import Check, CheckState

OK, MISSING, BROKEN = CheckState.OK, CheckState.MISSING, CheckState.BROKEN
GIB = 1024**3
HAPROXY_FROM = (2, 6)
ENGINE_FROM = (20, 10)
SPACE_NEEDED = 3 * GIB
REGISTRIES = ("docker-registry", "registry")


def python(machine: Machine, system: System) -> Check:
    """Python 3.11 or newer, on Linux."""
    version = ".".join(map(str, machine.python()))
    if machine.python() < (3, 11, 0):
        return Check(name="Python", state=BROKEN, seen=version, fix="install Python 3.11 or newer")
    if system.family == "macos":
        return Check(name="Python", state=BROKEN, seen=f"{version} on {system.name}", fix=system.install("docker"))
    return Check(name="Python", state=OK, seen=f"{version} on {system.name}")


async def git(machine: Machine, system: System) -> Check:
    """git with its http-backend."""
    if not machine.find("git"):
        return Check(name="git", state=MISSING, seen="not installed", fix=system.install("git"))
    _, version = await machine.run("git", "--version")
    _, folder = await machine.run("git", "--exec-path")
    if not (Path(folder) / "git-http-backend").exists():
        return Check(name="git", state=BROKEN, seen=f"{version}, without http-backend", fix=system.install("git"))
    return Check(name="git", state=OK, seen=version.removeprefix("git version "))


async def docker(machine: Machine, system: System) -> Check:
    """The engine: installed, running, ours to use, new enough."""
    name = "Docker Engine"
    commands = machine.docker_commands()
    if not commands:
        return Check(name=name, state=MISSING, seen="not installed", fix=system.install("docker"))
    code, output = await machine.run(commands[0], "version", "--format", "{{.Server.Version}}")
    last = output.splitlines()[-1] if output else ""
    if code == 0:
        if version(last) < ENGINE_FROM:
            return Check(name=name, state=BROKEN, seen=f"{last}, older than 20.10", fix=system.install("docker"))
        return Check(name=name, state=OK, seen=last)
    if "permission denied" in output.lower():
        fix = system.as_root('usermod -aG docker "$USER"') + ", then log in again"
        return Check(name=name, state=BROKEN, seen="it runs, but this user may not use it", fix=fix)
    if machine.local_docker and not machine.find("dockerd"):
        seen = f"there is a docker command ({commands[0]}), but no engine"
        return Check(name=name, state=MISSING, seen=seen, fix=system.install("docker"))
    start = system.as_root("systemctl enable --now docker" if machine.runs_systemd() else "dockerd &")
    if not machine.local_docker:
        start = f"start the engine at {machine.docker_host}, or unset DOCKER_HOST"
    return Check(name=name, state=BROKEN, seen=f"does not run: {last}", fix=start)


async def buildkit(machine: Machine, system: System, engine: Check) -> Check:
    """A docker command that builds with BuildKit, tried on an empty image that is kept nowhere."""
    name, lacking = "BuildKit", []
    if engine.state is not OK:
        return Check(name=name, state=engine.state, seen="can't be tried without the engine", fix=engine.fix)
    for command in machine.docker_commands():
        code, output = await machine.run(command, "build", "-q", "-o", "type=tar,dest=-", "-", stdin=b"FROM scratch\n")
        if code == 0:
            return Check(name=name, state=OK, seen=f"{command} builds with it")
        lacking.append(f"{command}: {(output.splitlines() or ['no answer'])[-1]}")
    seen = "; ".join(lacking) or "no docker command"
    return Check(name=name, state=BROKEN if lacking else MISSING, seen=seen, fix=system.install("buildkit"))


async def haproxy(machine: Machine, system: System) -> Check:
    """HAProxy with checks on servers that are added while it runs."""
    program = machine.find("haproxy")
    if not program:
        return Check(name="HAProxy", state=MISSING, seen="not installed", fix=system.install("haproxy"))
    _, output = await machine.run(program, "-v")
    found = re.search(r"version (\S+)", output)
    if not found or version(found[1]) < HAPROXY_FROM:
        seen = f"{found[1] if found else output.splitlines()[0:1]}, older than 2.6"
        return Check(name="HAProxy", state=BROKEN, seen=seen, fix=f"{system.install('haproxy')} of a newer release")
    return Check(name="HAProxy", state=OK, seen=found[1])


async def registry(machine: Machine, system: System) -> Check:
    """CNCF Distribution, by either of the names that it has."""
    program = next(filter(None, map(machine.find, REGISTRIES)), None)
    if not program:
        return Check(name="docker-registry", state=MISSING, seen="not installed", fix=system.install("registry"))
    code, output = await machine.run(program, "--version")
    if code != 0:
        return Check(name="docker-registry", state=BROKEN, seen=output[-200:], fix=system.install("registry"))
    return Check(name="docker-registry", state=OK, seen=output.splitlines()[0].split()[-1])


async def mmdebstrap(machine: Machine, system: System) -> Check:
    """What makes base images where Docker Hub can't be reached."""
    if machine.find("mmdebstrap"):
        return Check(name="mmdebstrap", state=OK, seen="installed")
    if await machine.hub_answers():
        return Check(name="mmdebstrap", state=OK, seen="not needed, Docker Hub answers")
    fix = system.install("mmdebstrap")
    return Check(name="mmdebstrap", state=MISSING, seen="not installed, and Docker Hub does not answer", fix=fix)


async def base(machine: Machine, image: str) -> Check:
    """Whether a base image is on the engine."""
    for command in machine.docker_commands()[:1]:
        code, output = await machine.run(command, "image", "inspect", "--format", "{{.Size}}", image)
        if code == 0 and output.isdigit():
            return Check(name=f"image {image}", state=OK, seen=f"{int(output) // 1_000_000} MB")
    fix = f"fairway doctor --fix --base {image}"
    return Check(name=f"image {image}", state=MISSING, seen="not on the engine", fix=fix)


async def space(machine: Machine) -> Check:
    """Room for images: where the engine keeps them, and at home."""
    places = {"home": machine.home}
    for command in machine.docker_commands()[:1]:
        code, output = await machine.run(command, "info", "--format", "{{.DockerRootDir}}")
        if code == 0 and output.startswith("/"):
            places["Docker"] = Path(output)
    free = {name: machine.free_space(path) for name, path in places.items()}
    seen = ", ".join(f"{size / GIB:.1f} GiB free for {name} ({places[name]})" for name, size in free.items())
    if min(free.values()) < SPACE_NEEDED:
        return Check(name="disk space", state=BROKEN, seen=seen, fix="free some: at least 3 GiB are needed")
    return Check(name="disk space", state=OK, seen=seen)


def port(machine: Machine, variable: str, number: int) -> Check:
    """Whether a port is free or our own. Any other can be chosen, so it stops nothing by itself."""
    name = f"port {number}"
    holder = machine.holder(number)
    if not holder:
        return Check(name=name, state=OK, seen="free, or this Fairway's own", needed=False)
    seen = f"taken by {holder[1]}" + (f" (pid {holder[0]})" if holder[0] else "")
    return Check(name=name, state=BROKEN, seen=seen, fix=f"choose another port with {variable}", needed=False)


def version(text: str) -> tuple[int, ...]:
    """`20.10.24+dfsg1` → (20, 10); () when it begins with no numbers."""
    found = re.match(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else ()

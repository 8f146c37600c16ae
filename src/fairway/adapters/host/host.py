"""`ports.host.Host` on the machine we are on: looks at it, and on Debian and Ubuntu, as root, mends it.

Debian's haproxy and docker-registry packages start services of their own where an init system runs. Fairway runs its
own instances with its own configuration, so those of packages that were installed here are switched off, and that is
said; one that was there before is somebody's, and is left alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairway.adapters.host import checks
from fairway.adapters.host.machine import Machine
from fairway.adapters.host.system import PACKAGES, Family
from fairway.adapters.process import proc, start
from fairway.adapters.process.component import Component
from fairway.adapters.process.files import tail
from fairway.errors import FairwayError, WorkFailed
from fairway.ports.host import Check, CheckState

Say = Callable[[str], None]
THINGS = {
    "git": ("git",),
    "Docker Engine": ("docker", "certificates"),
    "BuildKit": ("buildkit",),
    "HAProxy": ("haproxy",),
    "docker-registry": ("registry",),
    "mmdebstrap": ("mmdebstrap",),
}
SERVICES = ("haproxy", "docker-registry")
INSTALLATION = 900.0
DOCKER_START = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalHost:
    """`make_base` pulls a base image, or makes a stand-in for one that can't be pulled; it says each step.
    `embedded_registry` is false where images are pushed to another registry, so that no program for one is needed."""

    machine: Machine
    make_base: Callable[[str, Say], Awaitable[None]]
    embedded_registry: bool = True

    async def examine(self, base: str | None = None) -> Sequence[Check]:
        """See the port."""
        machine, system = self.machine, self.machine.system()
        engine = await checks.docker(machine, system)
        found = [
            checks.python(machine, system),
            await checks.git(machine, system),
            engine,
            await checks.buildkit(machine, system, engine),
            await checks.haproxy(machine, system),
            *([await checks.registry(machine, system)] if self.embedded_registry else []),
            await checks.mmdebstrap(machine, system),
            await checks.space(machine),
        ]
        found += [checks.port(machine, variable, number) for variable, number in machine.ports.items()]
        return found + ([await checks.base(machine, base)] if base else [])

    async def mend(self, checks: Sequence[Check], say: Say) -> None:
        """See the port."""
        lacking = {check.name: check for check in checks if check.state is not CheckState.OK}
        if self.machine.system().mendable:
            await self._install(lacking, say)
        if "Docker Engine" in lacking:
            await self._have_docker(say)
        for name in lacking:
            if name.startswith("image "):
                await self._fetch(name.removeprefix("image "), say)

    async def _have_docker(self, say: Say) -> None:
        """Start the engine, and then see to what could not be tried before."""
        system = self.machine.system()
        engine = await checks.docker(self.machine, system)
        if engine.state is not CheckState.OK and system.root and self.machine.local_docker:
            if not self.machine.find("dockerd"):
                return
            await self._start_docker(say)
            engine = await checks.docker(self.machine, system)
        builds = await checks.buildkit(self.machine, system, engine)
        if engine.state is CheckState.OK and system.mendable and builds.state is not CheckState.OK:
            await self._install({builds.name: builds}, say)

    async def _install(self, lacking: dict[str, Check], say: Say) -> None:
        wanted = [thing for name in lacking for thing in THINGS.get(name, ()) if needs_package(lacking, name)]
        if "docker" in wanted and self.machine.enforces_apparmor():
            wanted.append("apparmor")
        if not wanted:
            return
        say("Reading the list of packages")
        await self._run_apt("update", "-qq")
        packages = [package for thing in wanted for package in PACKAGES[Family.DEBIAN].get(thing, ())]
        if "docker.io" in packages:
            # Newer releases have BuildKit and the docker command in packages of their own.
            packages += ["docker-buildx", "docker-cli"]
        packages = [each for each in dict.fromkeys(packages) if await self._exists(each)]
        if not packages:
            return
        say(f"Installing {' '.join(packages)}")
        await self._run_apt("install", "-y", "-qq", "--no-install-recommends", *packages)
        for service in SERVICES:
            if service in packages:
                await self._switch_off(service, say)

    async def _exists(self, package: str) -> bool:
        return (await self.machine.run("apt-cache", "show", "--no-all-versions", package))[0] == 0

    async def _run_apt(self, *arguments: str) -> None:
        command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments]
        code, output = await self.machine.run(*command, timeout=INSTALLATION)
        if code != 0:
            raise WorkFailed(
                f"apt-get {arguments[0]} failed",
                why=next((line for line in output.splitlines() if line.startswith("E:")), f"exit code {code}"),
                hint="mend that and run fairway doctor --fix again",
                log=output.splitlines()[-10:],
            )

    async def _switch_off(self, service: str, say: Say) -> None:
        """Stop the package's own service, so that it neither holds a port nor comes back at the next start."""
        commands = (
            [("systemctl", "disable", "--now", service)]
            if self.machine.runs_systemd()
            else [("service", service, "stop"), ("update-rc.d", service, "disable")]
        )
        for command in commands:
            code, output = await self.machine.run(*command)
            if code != 0 and command[0] == "systemctl":
                say(f"Debian's own service {service} could not be switched off: {output[-200:]}")
                return
        say(f"Switched off Debian's own service {service}: Fairway runs its own")

    async def _start_docker(self, say: Say) -> None:
        machine = self.machine
        if machine.runs_systemd():
            say("Starting Docker (systemctl enable --now docker)")
            code, output = await machine.run("systemctl", "enable", "--now", "docker", timeout=DOCKER_START)
            if code != 0:
                raise WorkFailed("Docker does not start", why=output[-300:], hint="journalctl -u docker")
            return
        log = machine.home / "logs" / "dockerd.log"
        say(f"Starting dockerd, its log in {log}")
        program = machine.find("dockerd") or "dockerd"
        engine = Component(
            name="dockerd",
            command=("dockerd",),
            pid_file=log.with_suffix(".pid"),
            log=log,
            ready=self._docker_answers,
            environment=machine.environ,  # it pulls images by the proxies that are set here
        )
        pid = start.spawn(program, engine)
        try:
            async with asyncio.timeout(DOCKER_START):
                while not await self._docker_answers():
                    if not proc.alive(pid):
                        raise WorkFailed("Docker does not start", why=complaint(log), log=tail(log, 8))
                    await asyncio.sleep(0.1)
        except TimeoutError as error:
            why = f"it does not answer after {DOCKER_START:g} s"
            raise WorkFailed("Docker does not start", why=why, log=tail(log, 8)) from error

    async def _docker_answers(self) -> bool:
        return (await checks.docker(self.machine, self.machine.system())).state is CheckState.OK

    async def _fetch(self, image: str, say: Say) -> None:
        """One image. Without it the rest may still work, so its error is said, and the checks tell the outcome."""
        say(f"Getting the base image {image}")
        try:
            await self.make_base(image, say)
        except FairwayError as error:
            say(f"{error.what}: {error.why}" if error.why else error.what)


def needs_package(lacking: Mapping[str, Check], name: str) -> bool:
    """An engine that only does not run is started, not installed; whether it has BuildKit is seen once it runs."""
    if name == "BuildKit":
        return "Docker Engine" not in lacking
    return name != "Docker Engine" or lacking[name].state is CheckState.MISSING


def complaint(log: Path) -> str:
    """The line in which dockerd says why it gave up."""
    lines = tail(log, 200)
    telling = [line for line in lines if line.startswith(("failed to", "panic:")) or "level=fatal" in line]
    return telling[-1] if telling else "dockerd ended"

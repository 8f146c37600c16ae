"""Base images: those that are here, those that can be pulled, and stand-ins where no registry can be reached.

A stand-in is a real image with the official one's name, label `fairway.stand-in=1`: Debian 12 by mmdebstrap, with
Node.js from npm's packages, Debian's Python or PostgreSQL, or a copy of a Python that pyenv or uv installed on this
host. It exists so that a host without a way to an image registry, but with Debian's, npm's and Python's, still builds;
the log always says so. It is never made when the registry answers: an image that does not exist there is an error, not
a reason to invent one.
"""

import asyncio
import platform
import shutil
import tempfile
import time
from pathlib import Path

from fairway.adapters.buildkit import process, pulling
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.buildkit.client import Client, capture
from fairway.adapters.buildkit.standins import interpreters, names, packages
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.builder import BuildRequest, LogSink

BASE = "fairway/base:bookworm"
LABEL = "fairway.stand-in"
ANSWER = 45.0
"""Seconds in which a registry must say whether it has the image."""
PULL = 900.0
DEBIAN = 300.0
STAND_IN = 600.0
"""Seconds for a whole pull, for making Debian's root, and for a stand-in on top of it."""
POSSIBLE = (
    "Without a registry Fairway can make node:VERSION, python:3.11, postgres:15, uv's image, and each python:VERSION "
    "that pyenv or uv has installed here, Alpine's names included, by itself"
)
PLATFORMS = {"x86_64": "x64", "aarch64": "arm64", "amd64": "x64", "arm64": "arm64"}


class DockerBases:
    """Uses the builder's engine, docker command, limits and certificates. One image is made at a time."""

    def __init__(self, builder: DockerBuilder) -> None:
        self._builder = builder
        self._making = asyncio.Lock()

    async def ensure(self, reference: str, log: LogSink) -> None:
        """See ports.builder.Bases."""
        if await self._is_here(reference, log):
            return
        client = await self._builder.docker()
        async with self._making:
            if await self._is_here(reference, quiet):
                return
            if reference == BASE:
                await self._make_debian(client, log)
                return
            try:
                await self._pull(client, reference, log)
            except WorkFailed as error:
                if not isinstance(error, Unpullable) or error.reason != pulling.Reason.UNREACHABLE:
                    raise
                stand_in = await self._stand_in(client, reference)
                if stand_in is None:
                    raise WorkFailed(error.what, why=error.why, hint=f"{error.hint}. {POSSIBLE}") from error
                await self._make(client, reference, stand_in, log)

    async def _stand_in(self, client: Client, reference: str) -> names.StandIn | None:
        """The image's stand-in. A Python of this host serves an engine with this host's kind of processor."""
        where = await self._platform(client)
        same = where == PLATFORMS.get(platform.machine())
        pythons = interpreters.find(client.environment) if same else {}
        return names.read(reference, platform=where, interpreters=pythons)

    async def _is_here(self, reference: str, log: LogSink) -> bool:
        """Whether the image is there."""
        found = await self._builder.inspect(reference)
        labels = ((found or {}).get("Config") or {}).get("Labels") or {}
        if labels.get(LABEL) == "1":
            log(f"{reference} is Fairway's stand-in (docker pull {reference} gets the real one)")
        return found is not None

    async def _pull(self, client: Client, reference: str, log: LogSink) -> None:
        started = time.monotonic()
        output: list[str] = []
        log(f"pulling {reference}")
        try:
            async with (
                asyncio.timeout(ANSWER) as limit,
                process.started([client.command, "pull", reference], client.environment) as child,
            ):
                async for line in process.lines(child):
                    output.append(line)
                    limit.reschedule(asyncio.get_running_loop().time() + PULL)
                code = await child.wait()
        except TimeoutError as error:
            seconds = PULL if output else ANSWER
            message = f"i/o timeout: no end after {seconds:g} s"
            raise Unpullable(reference, message) from error
        if code != 0:
            message = output[-1] if output else f"docker pull ended with exit code {code}"
            if "daemon running" in message or "error during connect" in message:
                raise Unavailable("the Docker Engine does not answer", why=message, hint="fairway doctor --fix")
            raise Unpullable(reference, message)
        log(f"pulled {reference} in {time.monotonic() - started:.1f} s")

    async def _make(self, client: Client, reference: str, stand_in: names.StandIn, log: LogSink) -> None:
        note = f"; {stand_in.note}" if stand_in.note else ""
        log(
            f"{pulling.host(reference)} can't be reached: making a stand-in for {reference} "
            f"({stand_in.version} on Debian 12{note})"
        )
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="fairway-base-") as directory:
            work = Path(directory)
            lay_out(stand_in, work)
            args = {"DEBIAN": " ".join(stand_in.debian)} | ({} if stand_in.uv is None else {"UV": stand_in.uv})
            request = BuildRequest(
                context=work, dockerfile=work / "Dockerfile", tag=reference, args=args, timeout=STAND_IN
            )
            try:
                async with asyncio.timeout(STAND_IN):
                    await packages.fetch(stand_in.packages, work, self._builder.trusting(client.environment))
                    if stand_in.interpreter:
                        await asyncio.to_thread(interpreters.copy, stand_in.interpreter, work / "python")
                    if not await self._is_here(BASE, log):
                        await self._make_debian(client, log)
                    image = await self._builder.build(request, lambda line: log(f"  {line}"))
            except WorkFailed as error:
                raise explain(reference, stand_in, error) from error
            except TimeoutError as error:
                raise WorkFailed(
                    f"no stand-in for {reference} could be made", why=f"it took longer than {STAND_IN:g} s"
                ) from error
        seconds = time.monotonic() - started
        log(f"made the stand-in for {reference} in {seconds:.0f} s ({image.size // 1_000_000} MB)")

    async def _make_debian(self, client: Client, log: LogSink) -> None:
        """Debian 12's minimal root as an image. Raises WorkFailed when mmdebstrap is missing or fails."""
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="fairway-base-") as directory:
            archive = Path(directory) / "base.tar"
            await step(
                [
                    *("mmdebstrap", "--variant=minbase", "--include=ca-certificates"),
                    *("--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/locale/*"),
                    *("--dpkgopt=path-exclude=/usr/share/doc/*", "--customize-hook=rm -rf $1/var/lib/apt/lists/*"),
                    *("bookworm", str(archive)),
                ],
                client,
                "Debian 12's minimal root could not be made",
            )
            await step([client.command, "import", str(archive), BASE], client, f"{BASE} could not be imported")
        log(f"made {BASE} (Debian 12) in {time.monotonic() - started:.0f} s")

    async def _platform(self, client: Client) -> str:
        code, output = await capture([client.command, "info", "-f", "{{.Architecture}}"], client.environment)
        if code != 0:
            raise Unavailable("the Docker Engine does not answer", why=output, hint="fairway doctor --fix")
        return PLATFORMS.get(output.strip(), output.strip())


class Unpullable(WorkFailed):
    """An image that could not be pulled, with the reason told apart."""

    def __init__(self, reference: str, message: str) -> None:
        told = pulling.explain(reference, message)
        super().__init__(told.what, why=told.why, hint=told.hint)
        self.reason = pulling.judge(message)


def lay_out(stand_in: names.StandIn, work: Path) -> None:
    """Put the stand-in's Dockerfile and the commands that it brings into the folder that it is built from."""
    standins = Path(__file__).parent / "standins"
    shutil.copyfile(standins / f"{stand_in.template}.tmpl", work / "Dockerfile")
    (work / "commands").mkdir()
    for directory in (standins / stand_in.template, *([standins / "alpine"] if stand_in.alpine else [])):
        for file in directory.iterdir() if directory.is_dir() else ():
            shutil.copy(file, work / "commands" / file.name)


def quiet(line: str) -> None:
    """Take a line that was logged before."""


async def step(arguments: list[str], client: Client, failed: str) -> None:
    """Run a command that must succeed within the time for Debian's root."""
    output: list[str] = []
    try:
        async with asyncio.timeout(DEBIAN):
            code = await process.run(arguments, client.environment, output.append)
    except FileNotFoundError as error:
        raise WorkFailed(failed, why=f"{arguments[0]} is not installed", hint="fairway doctor --fix") from error
    except TimeoutError as error:
        raise WorkFailed(failed, why=f"{arguments[0]} took longer than {DEBIAN:g} s", log=output[-20:]) from error
    if code != 0:
        raise WorkFailed(failed, why=output[-1] if output else f"{arguments[0]} exited with {code}", log=output[-20:])


def explain(reference: str, stand_in: names.StandIn, error: WorkFailed) -> WorkFailed:
    """The error for a stand-in that could not be made; a version that was never published is told as such."""
    if any("ETARGET" in line or "notarget" in line for line in error.log):
        return WorkFailed(
            f"there is no {stand_in.version}", why=f"{reference} names it, and it was never published", log=error.log
        )
    return WorkFailed(f"no stand-in for {reference} could be made", why=f"{error.what}: {error.why}", log=error.log)

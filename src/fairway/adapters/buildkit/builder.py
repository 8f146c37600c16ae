"""The builder over the `docker` command with BuildKit.

The command line is used for builds because the context goes over BuildKit's session protocol, which only docker's own
client speaks. It runs in a process group of its own. When it ends, however it
ends, its session closes and BuildKit stops the steps that run for it.
"""

import asyncio
import contextlib
import json
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fairway.adapters import engine_api
from fairway.adapters.buildkit import authorities, client, command, failure, limits, platforms, process, throwaway
from fairway.adapters.buildkit.progress import Progress
from fairway.adapters.buildkit.workfolder import workfolder
from fairway.domain import registries, trust
from fairway.domain.image import LocalImage
from fairway.errors import Conflict, WorkFailed
from fairway.ports.builder import BuildRequest, LogSink

TRIM = 600.0
"""Seconds for trimming the build cache."""
HEREDOCS = 23
"""The first engine whose own frontend reads here-documents."""
FORGET = 600.0
"""Seconds for which a frontend that could not be reached, and what the engine is, are not asked for again."""


class DockerBuilder:
    """Builds on the engine at `docker_host`, as an asynchronous context.

    `owner` names this Fairway server: what a killed predecessor of the same name left running is removed at the start.
    `memory` is what all builds together may use, in bytes; None: a share of the host's. `alone`: the machine is there
    for the build, and no task runs beside it that would have to be spared: it gets all there is.
    """

    def __init__(
        self,
        docker_host: str,
        *,
        owner: str = "fairway",
        memory: int | None = None,
        alone: bool = False,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._docker_host = docker_host
        self._owner = owner
        self._memory = memory
        self._alone = alone
        self._environ = environ
        self._stack = contextlib.AsyncExitStack()
        self._choosing = asyncio.Lock()
        self._client: client.Client | None = None
        self._applied: limits.Applied | None = None
        self._budget = 0
        self._no_frontend_until = 0.0
        self._info: Mapping[str, Any] = {}
        self._asked = 0.0

    async def __aenter__(self) -> Self:
        """Raises UsageError for a CA file that can't be used. An engine that is down shows at the first call."""
        async with contextlib.AsyncExitStack() as stack:
            self._engine = engine_api.EngineApi(self._docker_host)
            self._files = stack.enter_context(workfolder())
            self._ca = authorities.find(self._environ, self._files)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def docker(self) -> client.Client:
        """The docker command in use. Raises Unavailable when there is none, or no engine."""
        return await self._prepare(lambda line: None)

    async def inspect(self, reference: str) -> Mapping[str, Any] | None:
        """What the engine knows of an image, None when it is not there. Raises Unavailable without an engine."""
        try:
            found: Mapping[str, Any] = await self._engine.call("GET", f"/images/{reference}/json")
        except engine_api.Refused as error:
            if error.status == 404:
                return None
            raise WorkFailed(f"the image {reference} can't be looked at", why=error.message) from error
        return found

    def trusting(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """The environment in which node and pip on this host trust what builds trust."""
        names = ("NODE_EXTRA_CA_CERTS", "PIP_CERT")
        return {**dict.fromkeys(names, str(self._ca)), **environment} if self._ca else environment

    async def build(self, request: BuildRequest, log: LogSink) -> LocalImage:
        """See ports.builder.Builder."""
        chosen = await self._prepare(log)
        progress = Progress(log, trust.undo)
        with tempfile.TemporaryDirectory(dir=self._files) as directory:
            try:
                async with asyncio.timeout(request.timeout):
                    return await self._build(request, chosen, Path(directory), progress, log)
            except TimeoutError as error:
                raise too_long(request.timeout, progress) from error

    async def _build(
        self, request: BuildRequest, chosen: client.Client, work: Path, progress: Progress, log: LogSink
    ) -> LocalImage:
        """Build; when the frontend that a `# syntax=` line names can't be reached, once more with the engine's own."""
        own_frontend = time.monotonic() < self._no_frontend_until or bool(request.caches)
        dockerfile = command.write_dockerfile(
            request, work, private_ca=self._ca is not None, plain=own_frontend, old=is_old(self._info)
        )
        iidfile = work / "iid"
        arguments, environment = command.for_build(request, chosen, dockerfile.path, iidfile, self._ca, self._environ)
        code = await process.run(arguments, environment, progress.feed)
        if code == 0:
            return await self._inspect(iidfile.read_text(encoding="ascii").strip())
        if failure.lacks_frontend(progress) and not own_frontend:
            log("the frontend of the Dockerfile's # syntax= line can't be reached: building with the engine's own")
            self._no_frontend_until = time.monotonic() + FORGET
            progress.clear()
            return await self._build(request, chosen, work, progress, log)
        raise failure.explain(
            progress,
            code,
            original=dockerfile.text.original,
            given=lambda name: (request.context / name).exists(),
            foreign=lambda name: platforms.foreign(
                read(request.dockerfile), name, str(self._info.get("Architecture", ""))
            ),
        )

    async def run(self, image: LocalImage, command: str, log: LogSink, *, timeout: float) -> int:
        """See ports.builder.Builder."""
        chosen = await self._prepare(log)
        return await throwaway.run(chosen, image, command, log, timeout=timeout, owner=self._owner, memory=self._budget)

    async def remove(self, reference: str) -> None:
        """See ports.builder.Builder. Raises Conflict when it is the last name of an image that a container uses."""
        try:
            await self._engine.call("DELETE", f"/images/{reference}")
        except engine_api.Refused as error:
            if error.status != 404:
                kind = Conflict if error.status == 409 else WorkFailed
                raise kind(f"the image {reference} can't be removed", why=error.message) from error

    async def names(self, repository: str) -> Sequence[str]:
        """See ports.builder.Builder. The engine lists Docker Hub's images without its host."""
        listed = registries.familiar(repository)
        filters = json.dumps({"reference": [listed]})
        try:
            images = await self._engine.call("GET", "/images/json", params={"filters": filters})
        except engine_api.Refused as error:
            raise WorkFailed(f"the images of {repository} can't be listed", why=error.message) from error
        found = [name for image in images for name in (image["RepoTags"] or []) + (image["RepoDigests"] or [])]
        ours = (name for name in found if name.startswith((f"{listed}:", f"{listed}@")) and not name.endswith("<none>"))
        return [repository + name.removeprefix(listed) for name in dict.fromkeys(ours)]

    async def trim(self, keep: int) -> int:
        """See ports.builder.Builder."""
        # Newer engines call it reserved-space. To one that knew neither name it would mean: keep nothing.
        params = {"keep-storage": str(keep), "reserved-space": str(keep)}
        try:
            answer = await self._engine.call("POST", "/build/prune", params=params, timeout=TRIM)
        except engine_api.Refused as error:
            raise WorkFailed("the build cache can't be trimmed", why=error.message) from error
        return int(answer.get("SpaceReclaimed", 0))

    async def _prepare(self, log: LogSink) -> client.Client:
        """Choose the docker command once; write the limits before every build (an engine that restarts forgets)."""
        async with self._choosing:
            info = await self._ask()
            if self._client is None:
                self._client = await client.choose(self._docker_host, self._environ)
                await throwaway.remove_left(self._client, self._owner)
            if self._alone:
                self._budget = self._memory or int(info["MemTotal"])
                return self._client
            self._budget = self._memory or limits.memory_for(int(info["MemTotal"]))
            applied = limits.apply(
                docker_host=self._docker_host,
                driver=str(info.get("CgroupDriver", "")),
                version=str(info.get("CgroupVersion", "1")),
                memory=self._budget,
            )
            if not applied.held and applied != self._applied:
                log(applied.text)
            self._applied = applied
            return self._client

    async def _inspect(self, identifier: str) -> LocalImage:
        found = await self.inspect(identifier)
        if found is None:
            raise WorkFailed("the image that was built is gone", why=f"the engine has no {identifier}")
        return LocalImage(id=found["Id"], size=found["Size"], architecture=str(found.get("Architecture", "")))

    async def _ask(self) -> Mapping[str, Any]:
        """What the engine says of itself; asked again after a while, because it takes it 15 ms."""
        now = time.monotonic()
        if not self._info or now - self._asked > FORGET:
            self._info, self._asked = await self._engine.call("GET", "/info"), now
        return self._info


def is_old(info: Mapping[str, Any]) -> bool:
    """Whether the engine's own frontend is one without here-documents."""
    major = str(info.get("ServerVersion", "")).partition(".")[0]
    return major.isdecimal() and int(major) < HEREDOCS


def read(dockerfile: Path) -> str:
    """Its text, odd bytes replaced: it is only looked at."""
    return dockerfile.read_text(encoding="utf-8", errors="replace")


def too_long(seconds: float, progress: Progress) -> WorkFailed:
    """The error for a build that ran out of time: it names the step that was under way."""
    step = progress.running
    return WorkFailed(
        f"the build took longer than {seconds:g} s",
        why=f"{failure.instruction(step.name)} was under way" if step else "nothing had begun yet",
        hint="build.timeout in fairway.toml allows more",
        log=tuple(step.tail) if step else (),
    )

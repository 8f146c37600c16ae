"""A builder without an engine. It understands the Dockerfiles of the contract suite: FROM, and RUN, CMD and COPY.

A RUN is a list of `echo TEXT`, `exit CODE`, `sleep SECONDS` and `true`, joined by `;`. Sleeping never ends: only
time-outs and cancelling do it.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence

from fairway.domain import dockerfile
from fairway.domain.image import LocalImage
from fairway.errors import Conflict, FairwayError, UsageError, WorkFailed
from fairway.ports.builder import BuildRequest, LogSink


class MemoryBuilder:
    """`bases` are the images there are, all made for `architecture`. `fail` is raised by the next calls while it is
    set; `hang` stops them.
    `images` are by name, `used` the names that containers use, `cached` the bytes of the build cache."""

    def __init__(self, *, bases: frozenset[str] = frozenset()) -> None:
        self.bases = bases
        self.architecture = "amd64"
        self.fail: FairwayError | None = None
        self.hang = False
        self.images: dict[str, LocalImage] = {}
        self.used: set[str] = set()
        self.cached = 0
        self.built: list[BuildRequest] = []
        self._cache: set[tuple[str, str]] = set()

    async def build(self, request: BuildRequest, log: LogSink) -> LocalImage:
        """See ports.builder.Builder."""
        await self._trouble()
        self.built.append(request)
        try:
            text = request.dockerfile.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise UsageError(f"there is no {request.dockerfile.name}") from error
        self._check(text, request)
        try:
            async with asyncio.timeout(request.timeout):
                await self._steps(text, request.caches, log)
        except TimeoutError as error:
            raise WorkFailed(f"the build took longer than {request.timeout:g} s") from error
        digest = hashlib.sha256(f"{text}{sorted(request.args.items())}{request.target}".encode()).hexdigest()
        image = LocalImage(id=f"sha256:{digest}", size=len(text), architecture=self.architecture)
        self.images[request.tag] = image
        return image

    async def run(self, image: LocalImage, command: str, log: LogSink, *, timeout: float) -> int:
        """See ports.builder.Builder."""
        await self._trouble()
        try:
            async with asyncio.timeout(timeout):
                async for line in execute(command):
                    log(line)
                return exit_code(command)
        except TimeoutError as error:
            raise WorkFailed(f"`{command}` took longer than {timeout:g} s") from error

    async def names(self, repository: str) -> Sequence[str]:
        """See ports.builder.Builder."""
        await self._trouble()
        return [name for name in self.images if name.startswith((f"{repository}:", f"{repository}@"))]

    async def remove(self, reference: str) -> None:
        """See ports.builder.Builder."""
        await self._trouble()
        if reference in self.used:
            raise Conflict(f"the image {reference} can't be removed", why="a container uses it")
        self.images.pop(reference, None)

    async def trim(self, keep: int) -> int:
        """See ports.builder.Builder."""
        await self._trouble()
        freed, self.cached = max(0, self.cached - keep), min(self.cached, keep)
        return freed

    async def _trouble(self) -> None:
        if self.hang:
            await asyncio.Event().wait()
        if self.fail:
            raise self.fail

    def _check(self, text: str, request: BuildRequest) -> None:
        known: Mapping[str, str] = request.args
        for reference in dockerfile.references(text, known, request.target):
            if reference not in self.bases:
                raise WorkFailed(f"the base image {reference} can't be pulled", why="it is not there", hint="check it")
        if request.target and dockerfile.find_stage(dockerfile.stages(text, known), request.target) is None:
            raise WorkFailed("the Dockerfile lacks a stage", why=f'it has no stage named "{request.target}"')

    async def _steps(self, text: str, caches: str, log: LogSink) -> None:
        for number, instruction in enumerate(dockerfile.parse(text), start=1):
            name = f"{instruction.keyword} {instruction.value}"
            log(f"[{number}] {name}")
            if (caches, name) in self._cache:
                log(f"[{number}] cached")
            elif instruction.keyword == "RUN":
                tail: list[str] = []
                async for line in execute(instruction.value):
                    tail.append(line)
                    log(f"  {line}")
                if code := exit_code(instruction.value):
                    raise WorkFailed(f"{name} failed with exit code {code}", why="".join(tail[-1:]), log=tail[-20:])
                self._cache.add((caches, name))


async def execute(command: str) -> AsyncIterator[str]:
    """What a command in the few words of the contract suite's shell prints."""
    for part in command.split(";"):
        word, _, rest = part.strip().partition(" ")
        if word == "echo":
            yield rest
        elif word == "sleep":
            await asyncio.Event().wait()


def exit_code(command: str) -> int:
    """The code of its `exit`, 0 when it has none."""
    codes = [part.strip().removeprefix("exit ") for part in command.split(";") if part.strip().startswith("exit ")]
    return int(codes[0]) if codes else 0


class MemoryBases:
    """Bases that are there at once, but for those in `missing`. `asked` lists what was wanted."""

    def __init__(self, missing: Mapping[str, FairwayError] | None = None) -> None:
        self.missing = missing or {}
        self.asked: list[str] = []

    async def ensure(self, reference: str, log: LogSink) -> None:
        """See ports.builder.Bases."""
        self.asked.append(reference)
        if reference in self.missing:
            raise self.missing[reference]

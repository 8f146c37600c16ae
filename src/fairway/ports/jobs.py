"""Commands that are run once, to their end, each in a container of its own: what an action of a stage does, and a run
of a job.

A job belongs to whoever knows its id: asked to run a second time, by a server that came after a killed one, it is found
as it is and watched on. It stays, with its files, until it is removed.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber, JobId, RunNumber
from fairway.domain.image import Image
from fairway.domain.volume import Volume
from fairway.ports.builder import LogSink

OUTPUT = "/fairway/output"
"""A file that every job finds empty and may write to, whichever user it runs as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """What a job is started from, but for its variables. `name` is that of the action or of the declared job; of
    `execution` and `run` the number is given that it belongs to. `cpu` is in cores, `memory` in bytes, a hard limit.
    `passage` is the number of the one through the guard that it belongs to. The first word of `command` is the program:
    the image's entry point is not run. `network` is one that it is on in place of its environment's, `mounts` are
    directories of the host by their paths inside, `volumes` those of its environment that it gets. `files` are texts by
    absolute paths, in folders of their own, that lie in it before it starts."""

    app: AppName
    environment: EnvironmentName
    execution: ExecutionNumber | None = None
    run: RunNumber | None = None
    passage: int | None = None
    name: str
    image: Image
    command: tuple[str, ...]
    cpu: float
    memory: int
    network: str | None = None
    mounts: Mapping[str, Path] = field(default_factory=dict)
    volumes: tuple[Volume, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnd:
    """How it ended. `seconds` is how long it ran; `timed_out`: it was killed because its time was over."""

    code: int
    seconds: float
    oom_killed: bool = False
    timed_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFile:
    """A regular file that a job left. `path` as it was asked for: from the working directory, or from the root.
    `content` is None for one that is larger than was asked for."""

    path: str
    size: int
    content: bytes | None


class Jobs(Protocol):
    """The jobs of one kind (of actions, or runs) of this Fairway server, and of no other one."""

    async def run(
        self, job: JobId, spec: JobSpec, variables: Mapping[str, str], log: LogSink, *, timeout: float
    ) -> JobEnd:
        """Run it to its end, on the network of its environment, and give each line that it prints to `log`. With the
        same id a second time it is not started again: its lines are given from the first one on, and its end. `timeout`
        counts in seconds from its start. A call that is cancelled leaves it running.

        Raises WorkFailed when it can't be started (no such image, no such program). Raises Unavailable when the engine
        does not answer.
        """
        ...

    async def begin(self, job: JobId, spec: JobSpec, variables: Mapping[str, str]) -> None:
        """Start it, and return when it has started. With the same id a second time it is left as it is.

        Raises WorkFailed when it can't be started (no such image, no such program). Raises Unavailable when the engine
        does not answer.
        """
        ...

    async def watch(self, job: JobId, log: LogSink, *, timeout: float) -> JobEnd | None:
        """See one that has begun to its end, as `run` does; it is ended once it has run for `timeout` seconds. None
        when there is no such job (any more)."""
        ...

    async def stop(self, job: JobId, *, grace: float) -> None:
        """Ask it to end, and kill it `grace` seconds later if it has not. Returns when it has ended. One that has, or
        does not exist, is no error."""
        ...

    def files(self, job: JobId, path: str, *, largest: int) -> AsyncGenerator[JobFile, None]:
        """The file at the path, or all files of the folder at the path, of a job that has ended; none when there is
        none. A path without a slash before it begins in the image's working directory.

        Raises WorkFailed when the folder is too large to be looked through.
        """
        ...

    async def remove(self, job: JobId) -> None:
        """Kill it if it runs, and delete it with its files. One that does not exist is no error."""
        ...

    async def list(self) -> Sequence[JobId]:
        """All that have not been removed, in any state."""
        ...

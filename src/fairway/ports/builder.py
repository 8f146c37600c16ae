"""Making an image from a checkout."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fairway.domain.image import LocalImage

LogSink = Callable[[str], None]
"""Takes one line of a log, without its line end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """`context` is a directory, `dockerfile` a file anywhere (outside the context when it was generated).

    `target` is the stage to build, None the last. `tag` names the result locally. `timeout` is in seconds.

    `secrets` are given to the RUN instructions that mount them, by id, and left in no layer.

    `caches` is for code that must not reach what other builds go by: cache mounts are of that name alone, and neither
    build arguments nor a `# syntax=` line choose what reads the Dockerfile. "": those that all builds share.
    """

    context: Path
    dockerfile: Path
    tag: str
    args: Mapping[str, str]
    target: str | None = None
    timeout: float = 1800.0
    caches: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


class Bases(Protocol):
    """The images that builds start from."""

    async def ensure(self, reference: str, log: LogSink) -> None:
        """See that the engine has the image: nothing when it is there, otherwise pull it, otherwise (only when its
        registry can't be reached) make a stand-in of the official image, and say so in the log.

        Raises WorkFailed that names the image and why it can't be had. Raises Unavailable when the engine is down.
        """
        ...


class Builder(Protocol):
    """Builds within limits, so that running tasks keep their CPU and memory.

    The log has each step's name when it begins (`[2/3] RUN npm ci`), its output indented by two spaces, and its end:
    `[2/3] cached`, `[2/3] done 3.1s`, `[2/3] failed: …`.
    """

    async def build(self, request: BuildRequest, log: LogSink) -> LocalImage:
        """The image. Cancelling the call stops the build.

        Raises WorkFailed with the failed step, its exit code and the log's last lines; when the time is over; when a
        base image can't be pulled, naming it. Raises Unavailable when there is no builder.
        """
        ...

    async def run(self, image: LocalImage, command: str, log: LogSink, *, timeout: float) -> int:
        """Run a shell command in a throwaway container of the image, without network of the app, and return its exit
        code. Raises WorkFailed when the time is over."""
        ...

    async def names(self, repository: str) -> Sequence[str]:
        """The names of this host's images in a repository, by tag (`localhost:7879/shop-api:9c1f2e7`) and by digest
        (`localhost:7879/shop-api@sha256:…`). Raises Unavailable when the engine is down."""
        ...

    async def remove(self, reference: str) -> None:
        """Remove a local name, and the image with its last one. One that is not there is no error. Raises Conflict
        when it is the last name of an image that a container uses."""
        ...

    async def trim(self, keep: int) -> int:
        """Give back what the build cache has beyond `keep` bytes, the longest unused first; the bytes that it gave
        back. Raises Unavailable when the engine is down."""
        ...

"""Package: the image is pushed under the commit's tag, and is known by its digest alone from there on."""

from collections.abc import Mapping
from typing import Any, Protocol

from fairway.domain.execution import Execution
from fairway.domain.ids import AppName
from fairway.domain.image import Image, LocalImage
from fairway.pipeline.stages import build
from fairway.pipeline.stages.build import BuildStage
from fairway.pipeline.work import Done, Failed, Work
from fairway.ports.builder import LogSink

KEY = "image"
SHOWN = len("sha256:") + 12


class Publish(Protocol):
    """The registry room's door."""

    async def __call__(self, app: AppName, image: LocalImage, commit: str, *, log: LogSink) -> Image:
        """Push it. Raises WorkFailed when the registry refuses it, Unavailable when it does not answer."""
        ...


class PackageStage:
    """Pushes what the stage `build` made. Where several servers share the work, another one may have built it, and have
    died before it was pushed: then it is built `again` here."""

    def __init__(self, publish: Publish, again: BuildStage | None = None) -> None:
        self._publish = publish
        self._again = again

    async def run(self, work: Work) -> Done | Failed:
        """Raises what the registry raises, or the build when it has to be done again."""
        outputs, execution = work.outputs, work.execution
        if self._again is not None and build.host_of(outputs) != self._again.host:
            work.log("the image was built on another server: it is built again here")
            rebuilt = await self._again.run(work)
            if isinstance(rebuilt, Failed):
                return rebuilt
            outputs = {**outputs, **rebuilt.outputs}
        local = build.take(outputs)

        async def push() -> Mapping[str, Any]:
            image = await self._publish(execution.app, local, execution.revision.commit, log=work.log)
            return {"repository": image.repository, "digest": image.digest, "size": image.size}

        kept = await work.step("push", push)
        work.log(f"{kept['repository']}@{kept['digest']}")
        return Done(summary=f"{kept['digest'][:SHOWN]}…", outputs={KEY: kept})

    async def abandon(self, execution: Execution, stage: str) -> None:
        """What was pushed and belongs to no release goes with the next collection."""


def find(outputs: Mapping[str, Any]) -> Image | None:
    """The image that was handed on, None when the stage has not come so far."""
    return take(outputs) if KEY in outputs else None


def take(outputs: Mapping[str, Any]) -> Image:
    """The image that was handed on."""
    kept = outputs[KEY]
    return Image(repository=kept["repository"], digest=kept["digest"], size=kept["size"])

"""Build: the commit becomes an image, its tests included. How is `fairway.build`'s business."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from fairway.domain.app import App
from fairway.domain.execution import Execution, Kind
from fairway.domain.image import LocalImage
from fairway.domain.pipeline import LONGEST_TRIED
from fairway.pipeline.checkouts import Checkouts
from fairway.pipeline.stages import described
from fairway.pipeline.stages.described import Load
from fairway.pipeline.work import Done, Failed, Work
from fairway.ports.builder import LogSink

KEY = "built"


class Built(Protocol):
    """What the build room answers; its text is the line of the stage ("212 tests passed; image 84 MB")."""

    @property
    def image(self) -> LocalImage:
        """The image."""
        ...


class BuildCommit(Protocol):
    """`build.run.build` with its builder, its bases and its recipe given."""

    async def __call__(self, app: App, checkout: Path, commit: str, *, log: LogSink, caches: str = "") -> Built:
        """Build it, with caches of that name alone where one is given. Raises UsageError or WorkFailed, saying what
        failed."""
        ...


class BuildStage:
    """Builds from a work tree with the commit's files, which the stage `source` has mostly laid out. `host` names the
    engine that has the image then."""

    def __init__(self, build: BuildCommit, load: Load, checkouts: Checkouts, host: str = "") -> None:
        self._build = build
        self._load = load
        self._checkouts = checkouts
        self.host = host

    async def run(self, work: Work) -> Done | Failed:
        """Raises what the build raises."""
        app = described.take(work.outputs, work.execution.app, self._load)
        commit = work.execution.revision.commit
        caches = ""
        if work.execution.kind is Kind.PULL_REQUEST:
            app, caches = as_tried(app)

        async def build() -> Mapping[str, Any]:
            async with self._checkouts.hold(app.name, commit) as checkout:
                built = await self._build(app, checkout, commit, log=work.log, caches=caches)
            return {"id": built.image.id, "size": built.image.size, "summary": str(built)}

        kept = await work.step("build", build)
        built = {"id": kept["id"], "size": kept["size"], "host": self.host}
        return Done(summary=kept["summary"], outputs={KEY: built})

    async def abandon(self, execution: Execution, stage: str) -> None:
        """A cancelled build has stopped by itself, and its layers are kept for the next one."""


def as_tried(app: App) -> tuple[App, str]:
    """The app of a pull request as it is built, and the name of the caches of its build. What a stranger's build leaves
    in a cache must never come into an image that is deployed, and its own file must not keep the others waiting for a
    day."""
    build = replace(app.build, timeout=min(app.build.timeout, LONGEST_TRIED))
    return replace(app, build=build), f"{app.name}-pull-requests"


def host_of(outputs: Mapping[str, Any]) -> str:
    """Whose engine has the image that was handed on."""
    return str(outputs[KEY].get("host", ""))


def take(outputs: Mapping[str, Any]) -> LocalImage:
    """The image that was handed on."""
    return LocalImage(id=outputs[KEY]["id"], size=outputs[KEY]["size"])

"""The stage `try` inside CodeBuild: the head of a pull request is built and tested, and nothing is left of it.

The two parts are those that a pull request has on a server. AWS is not asked for anything: whose code this is nobody
knows, so the stage works without a variable, without a registry and without credentials of its own.
"""

from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from fairway.build import secrets
from fairway.domain.execution import Revision
from fairway.domain.pipeline import TRIED
from fairway.pipeline.cloud import describing
from fairway.pipeline.cloud.telling import Telling
from fairway.pipeline.stages import build, source
from fairway.pipeline.stages.build import BuildCommit
from fairway.pipeline.stages.described import Load
from fairway.pipeline.stages.source import Detect


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempting:
    """What the stage works with."""

    load: Load
    detect: Detect
    build: BuildCommit

    async def run(self, tree: AbstractAsyncContextManager[Path], revision: Revision, telling: Telling) -> None:
        """Build and test the commit whose files `tree` lays out for as long as they are needed. Raises, and has told,
        what failed: UsageError for a fairway.toml that is broken or not there, and what laying out and the build
        raise."""
        telling.names = TRIED
        async with AsyncExitStack() as lent:
            with telling.stage(TRIED[0]) as told:
                checkout = await lent.enter_async_context(tree)
                told.log(f"{revision.commit[:7]} {revision.subject}".rstrip())
                text = describing.read_manifest(checkout)
                defaults = await self.detect(checkout, self.load(text, file=source.MANIFEST).build)
                app, caches = build.as_tried(self.load(text, file=source.MANIFEST, defaults=defaults))
            with telling.stage(TRIED[1]) as told:
                secrets.withhold(app, told.log)
                built = await self.build(app, checkout, revision.commit, log=told.log, caches=caches)
                told.summary = str(built)

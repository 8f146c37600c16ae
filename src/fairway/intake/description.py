"""What fairway.toml says of a commit that came in, as far as the intake needs to know it.

A broken file starts an execution all the same, whose stage `source` fails with every finding: the push is on record,
and `fairway show` tells what is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fairway.domain import pipeline
from fairway.domain.app import App, Source
from fairway.domain.pipeline import Definition
from fairway.errors import UsageError
from fairway.manifest import load as manifests
from fairway.ports.source import Repositories
from fairway.ports.stores import AppRecord

MANIFEST = "fairway.toml"
BARE = Definition(stages=pipeline.plain(pipeline.FIRST))
"""What is expected of a commit whose fairway.toml is broken."""
LONGEST = 1024 * 1024
"""Characters of a fairway.toml that are looked into; the stage `source` refuses a longer one."""

Load = Callable[[str], App]
"""Reads the text of a fairway.toml; raises UsageError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """`override` is the file's text when it was sent along and not committed. `source` None means that the file is too
    broken to tell even that."""

    source: Source | None
    definition: Definition
    override: str | None


class Describer:
    """Reads the fairway.toml of commits."""

    def __init__(self, repositories: Repositories, load: Load) -> None:
        self._repositories = repositories
        self._load = load

    async def describe(self, record: AppRecord, commit: str) -> Described:
        """What the commit's own file says, else the one that was sent along, else none: all defaults."""
        text = await self.text(record.name, commit)
        override = record.manifest if text is None else None
        used = text if text is not None else sent(record.manifest, record)
        try:
            app = self._load(used if len(used) <= LONGEST else "")
        except UsageError:
            source = manifests.source_of(used) if len(used) <= LONGEST else None
            return Described(source=source, definition=BARE, override=override)
        return Described(source=app.source, definition=pipeline.define(app), override=override)

    async def text(self, app: str, commit: str) -> str | None:
        """The commit's own fairway.toml, None when it has none."""
        content = await self._repositories.read(app, commit, MANIFEST)
        return None if content is None else content.decode("utf-8", "replace")

    def load(self, text: str) -> App:
        """The App. Raises UsageError with its findings."""
        return self._load(text)


def sent(manifest: str | None, record: AppRecord) -> str:
    """The text that was sent along, or one that has nothing but the app's name."""
    return manifest if manifest is not None else f'app = "{record.name}"\n'

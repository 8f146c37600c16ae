"""The files that an action leaves, from its job to the execution's artifacts, within bounds.

A file that can't be kept is no failure of the action: its log says which one, and why.
"""

from fairway.domain import patterns
from fairway.domain.action import Command
from fairway.domain.ids import JobId
from fairway.errors import FairwayError
from fairway.pipeline import artifacts
from fairway.pipeline.artifacts import Artifact, Artifacts
from fairway.pipeline.stages.lines import Lines
from fairway.pipeline.work import Work
from fairway.ports.jobs import JobFile, Jobs
from fairway.wire import words

SAID = 20
"""Files that are not kept and named one by one, so that a folder full of them doesn't fill the log."""


async def collect(work: Work, action: Command, job: JobId, jobs: Jobs, kept: Artifacts, lines: Lines) -> None:
    """Keep what the action's patterns name, those of an earlier attempt replaced."""
    if not action.artifacts:
        return
    collector = Collector(work, action, kept, lines)
    try:
        await kept.clear(work.execution.app, work.execution.number, work.stage, action.name)
        for root in dict.fromkeys(map(patterns.root, action.artifacts)):
            async for file in jobs.files(job, root, largest=artifacts.LARGEST):
                await collector.take(file)
    except FairwayError as error:
        some = "not all artifacts are" if collector.files else "artifacts are not"
        lines.say(": ".join(part for part in (f"{some} kept: {error.what}", error.why) if part))
        return
    lines.say(collector.summary)


class Collector:
    """Counts what one action keeps; `files` are so many."""

    def __init__(self, work: Work, action: Command, kept: Artifacts, lines: Lines) -> None:
        self._work = work
        self._action = action
        self._kept = kept
        self._lines = lines
        self._seen: set[str] = set()
        self.files = 0
        self._bytes = 0
        self._refused = 0

    @property
    def summary(self) -> str:
        """`keeps 3 files, 12 KB`."""
        more = f"; {self._refused - SAID} more are not kept" if self._refused > SAID else ""
        if not self._seen:
            return f"keeps no file: nothing matches {' or '.join(self._action.artifacts)}"
        return f"keeps {words.count(self.files, 'file')}, {words.size(self._bytes)}{more}"

    async def take(self, file: JobFile) -> None:
        """Keep the file if it matches and there is room for it. Raises WorkFailed when the disk has none."""
        if file.path in self._seen or not any(patterns.matches(file.path, each) for each in self._action.artifacts):
            return
        self._seen.add(file.path)
        if file.content is None or (why := self._find_refusal(file)):
            why = f"it has more than {words.size(artifacts.LARGEST)}" if file.content is None else why
            self._refused += 1
            if self._refused <= SAID:
                self._lines.say(f"{words.clean(file.path)} is not kept: {why}")
            return
        execution = self._work.execution
        artifact = Artifact(stage=self._work.stage, action=self._action.name, path=file.path, size=file.size)
        await self._kept.keep(execution.app, execution.number, artifact, file.content)
        self.files += 1
        self._bytes += file.size

    def _find_refusal(self, file: JobFile) -> str:
        if not artifacts.takes(file.path):
            return "its name is too long, or has characters that no name should have"
        if self.files >= artifacts.MOST:
            return f"an action keeps at most {artifacts.MOST} files"
        if self._bytes + file.size > artifacts.TOTAL:
            return f"the files of an action have at most {words.size(artifacts.TOTAL)} together"
        return ""

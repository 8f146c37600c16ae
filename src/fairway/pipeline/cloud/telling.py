"""What a stage prints inside CodeBuild: the lines of its log as they come, then the line and the report that a server's
stage has.
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from fairway.domain.redaction import MASK, Redactor
from fairway.errors import FairwayError
from fairway.pipeline import masking
from fairway.pipeline.cloud import failing
from fairway.ports.clock import Clock
from fairway.ports.masks import Mask
from fairway.wire import progress, words

Say = Callable[[str], None]
PASSWORD = re.compile(r"(?P<before>[a-z][a-z0-9+.-]*://[^\s/?#@:]*:)[^\s/?#@]+@", re.IGNORECASE)


class Hiding(Redactor):
    """Masks the secrets that it is given, and the password in every URL: that of a database which AWS runs stands in no
    variable of the environment, and a task that can't connect prints the whole address."""

    def __call__(self, text: str) -> str:
        """The text without them."""
        return PASSWORD.sub(rf"\g<before>{MASK}@", super().__call__(text))


@dataclass(slots=True)
class Told:
    """One stage while it goes on: call `log` with each line, and set the `summary` before it ends."""

    log: Callable[[str], None]
    summary: str = ""


@dataclass(slots=True)
class Telling:
    """Tells through `say`, a line at a time. `names` are the stages that lines are made for, `failed` is the error that
    the last one ended with."""

    say: Say
    clock: Clock
    names: tuple[str, ...] = ()
    failed: FairwayError | None = None
    _mask: Hiding = field(default_factory=Hiding)
    _hidden: frozenset[str] = frozenset()

    def hide(self, secrets: Iterable[str]) -> None:
        """Mask these too in everything that is said from now on."""
        hidden = self._hidden.union(secrets)
        if hidden != self._hidden:
            self._hidden, self._mask = hidden, Hiding(hidden)

    async def of(self, app: str) -> Mask:
        """What it hides by now: `ports.masks.Masks` for what is kept of the stage."""
        return self._mask

    def log(self, line: str) -> None:
        """A line of a stage's log; control characters of somebody else's are shown, not obeyed."""
        self.say(words.clean(self._mask(line)))

    def head(self, app: str, commit: str, subject: str) -> None:
        """What it is about: `shop-api  9c1f2e7 "Add coupons"`."""
        quoted = f' "{words.clean(subject)}"' if subject else ""
        self.say(f"{app}  {words.commit(commit)}{quoted}")

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[Told]:
        """One stage, from its begin to its line. What is raised within ends it as failed, with its report, and is
        raised on."""
        began = self.clock.now()
        told = Told(self.log)
        try:
            yield told
        except FairwayError as error:
            cause = masking.mask_cause(failing.explain(error), self._mask)
            self._end(name, began, "FAILED", cause.sentence)
            report = {
                "sentence": cause.sentence, "seen": cause.seen, "fix": cause.fix, "log": cause.log, "more": cause.more
            }  # fmt: skip
            for line in ["", *progress.report(report)]:
                self.say(words.clean(line))
            self.failed = error
            raise
        self._end(name, began, "SUCCEEDED", self._mask(told.summary))

    def _end(self, name: str, began: float, status: str, summary: str) -> None:
        stage = {
            "name": name, "status": status, "summary": words.clean(summary),
            "started_at": began, "ended_at": self.clock.now(),
        }  # fmt: skip
        among = [{"name": other} for other in dict.fromkeys([*self.names, name])]
        self.say(progress.stage_line({"stages": among}, stage))

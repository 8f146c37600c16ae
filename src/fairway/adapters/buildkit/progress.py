"""Reading what `docker build --progress=plain` prints: the steps, their output, and which one failed.

    #5 [2/3] RUN npm ci               a step's name, before anything else of it
    #5 0.252 added 2 packages         its output, with the seconds since it began
    #5 DONE 3.1s                      or CACHED, CANCELED, ERROR: …
    ------                            after a failure: the step again, and the message
    executor failed running […]: exit code: 1

Steps run at the same time, so their lines are mixed; each carries its number.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

TAIL = 200
"""The last lines of each step that are kept, to find the cause of a failure in."""

LINE = re.compile(r"#(\d+) (.*)")
OUTPUT = re.compile(r"(\d+\.\d+) (.*)")
END = re.compile(r"(DONE [\d.]+s|CACHED|CANCELED|ERROR: .*|ERROR)")
GLUED = re.compile(r"(.*)#(\d+) (DONE [\d.]+s|ERROR: .*|CANCELED)")
"""A step whose output does not end with a line end: `#7 0.264 last words#7 ERROR: exit code: 1`."""
QUIET = re.compile(r"\[internal\]|\[auth\]|exporting |importing |resolve image config|docker-image://")


@dataclass(slots=True, kw_only=True)
class Step:
    """One step. `error` is BuildKit's message when it failed."""

    name: str
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL))
    error: str = ""
    ended: bool = False


class Progress:
    """Takes the lines, hands on those that a person wants to read, and remembers what a report needs.

    The log has each step's name when it begins (`[2/3] RUN npm ci`), its output indented by two spaces, and its end:
    `[2/3] cached`, `[2/3] done 3.1s`, `[2/3] failed: …`.
    """

    def __init__(self, log: Callable[[str], None], clean: Callable[[str], str] = str) -> None:
        self._log = log
        self._clean = clean
        self.steps: dict[int, Step] = {}
        self.trailer: list[str] = []
        """What came after the steps, or instead of them: BuildKit's last words."""

    def clear(self) -> None:
        """Forget everything, for a second try."""
        self.steps.clear()
        self.trailer.clear()

    def feed(self, line: str) -> None:
        """Take one line."""
        line = self._clean(line)
        if match := GLUED.fullmatch(line):
            head, number, ending = match.groups()
            if head.startswith(f"#{number} "):
                self.feed(head)
                self.feed(f"#{number} {ending}")
                return
        match = LINE.fullmatch(line)
        if match:
            self._of_step(int(match[1]), match[2])
        elif line.strip() and not line.startswith("------"):
            self.trailer.append(line)

    @property
    def message(self) -> str:
        """BuildKit's verdict, "" when it said nothing. Warnings and links may follow it, so it is not always last."""
        verdicts = [line for line in self.trailer if line.startswith("ERROR") or "failed" in line]
        return (verdicts or self.trailer or [""])[-1]

    @property
    def failed(self) -> Step | None:
        """The step that failed (the first whose message is not that it was cancelled), None when none did."""
        broken = [step for step in self.steps.values() if step.error]
        return next((step for step in broken if "context canceled" not in step.error), broken[0] if broken else None)

    @property
    def running(self) -> Step | None:
        """The step that began last among those that have not ended, None when there is none."""
        return next((step for step in reversed(self.steps.values()) if not step.ended), None)

    def _of_step(self, number: int, text: str) -> None:
        step = self.steps.get(number)
        if step is None:
            step = self.steps[number] = Step(name=text)
            self._announce(step)
        elif step.ended:
            return  # After a failure BuildKit repeats the last, unfinished line of the step.
        elif ending := END.fullmatch(text):
            self._end(step, ending[1])
        elif output := OUTPUT.fullmatch(text):
            step.tail.append(output[2])
            self._log(f"  {output[2]}")

    def _announce(self, step: Step) -> None:
        if not QUIET.match(step.name):
            self._log(step.name)

    def _end(self, step: Step, ending: str) -> None:
        step.ended = True
        place = step.name.partition("]")[0] + "]" if step.name.startswith("[") else step.name
        if ending.startswith("ERROR"):
            step.error = ending.removeprefix("ERROR:").strip() or "failed"
            self._log(f"{place} failed: {step.error}")
        elif not QUIET.match(step.name):
            self._log(f"{place} {ending.lower()}")

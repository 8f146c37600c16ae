"""A step that takes long, as a line: how far it has come, how fast it goes, how long it still takes.

dumping     ███████████░░░░░░░░░   56 %  11.2/20 MB   8.1 MB/s   2 s left
"""

from dataclasses import dataclass, field

from fairway.wire import words

WIDTH = 20
NAME = 12
SETTLED = 0.5
"""Seconds from which on a rate says something."""
PLAIN = 10.0
"""Seconds between two lines where nothing can be written over."""


@dataclass(slots=True)
class Step:
    """One step, from its first sign on. `began` is a time of `time.monotonic()`, and `first` what was done by then: a
    watch that came later must not count what was done before it."""

    doing: str
    began: float
    first: int = 0
    done: int = 0
    total: int = 0

    def rate(self, now: float) -> float | None:
        """Bytes a second; None while it is too early to say."""
        took = now - self.began
        return (self.done - self.first) / took if took >= SETTLED and self.done > self.first else None

    def left(self, now: float) -> float | None:
        """Seconds; None where nobody knows."""
        rate = self.rate(now)
        return None if rate is None or self.total <= 0 else max(0.0, self.total - self.done) / rate

    def line(self, now: float) -> str:
        """As it is at that time."""
        rate, left = self.rate(now), self.left(now)
        speed = "" if rate is None else f"{words.size(rate)}/s"
        ends = "" if left is None else f"{words.duration(left)} left"
        if self.total > 0:
            share = min(1.0, self.done / self.total)
            amount = words.share_of_size(self.done, self.total)
            parts = [bar(share), f"{share * 100:3.0f} %", amount, speed, ends]
        else:
            took = words.duration(now - self.began)
            parts = [words.size(self.done) if self.done else "", speed, took]
        return self._named("  ".join(part for part in parts if part))

    def ended(self, now: float) -> str:
        """`  dumping     20 MB in 2.4 s`."""
        amount, took = max(self.done, self.total), words.duration(now - self.began)
        return self._named(f"{words.size(amount)} in {took}" if amount else took)

    def _named(self, text: str) -> str:
        """What is done, and the text behind it, however long the name is."""
        return f"  {self.doing:<{NAME - 1}} {text}"


@dataclass(slots=True)
class Steps:
    """The steps of one piece of work, in their order: what is to be printed at each sign of it. `live`: the present one
    is drawn by itself, and only those that are over are printed."""

    live: bool
    step: Step | None = None
    told: float = field(default=0.0)

    def take(self, doing: str, done: int, total: int, now: float) -> list[str]:
        """A sign; the lines that are to be printed for good."""
        if not doing:
            return []
        lines: list[str] = []
        if self.step is None or self.step.doing != doing:
            lines = self.end(now)
            self.step = Step(doing=doing, began=now, first=done)
            self.told = now
        self.step.done, self.step.total = done, total
        if not self.live and now - self.told >= PLAIN:
            self.told = now
            lines.append(self.step.line(now))
        return lines

    def end(self, now: float) -> list[str]:
        """The line of the step that is over."""
        return [] if self.step is None else [self.step.ended(now)]


def bar(share: float) -> str:
    """0.5 → `██████████░░░░░░░░░░`."""
    full = int(share * WIDTH)
    return "█" * full + "░" * (WIDTH - full)

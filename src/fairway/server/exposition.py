"""Prometheus's text format, version 0.0.4: families of numbers with labels, as lines. Pure.

Written by hand: the client library keeps a registry of live counters with locks of its own, and what is told here is
counted elsewhere already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fairway.domain.metrics import BOUNDS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
EVERY = 4
"""Every fourth bound is told: 16 of them, each twice the one before (1.2 to the fourth is 2.07)."""
TOLD = tuple(range(EVERY - 1, len(BOUNDS), EVERY))

Labels = Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Family:
    """All numbers of one name; `kind` is "counter", "gauge" or "histogram"."""

    name: str
    kind: str
    help: str
    lines: list[str] = field(default_factory=list)

    def add(self, labels: Labels, value: float | None) -> None:
        """One number; None is not known and leaves no line."""
        if value is not None:
            self.lines.append(f"{self.name}{render_labels(labels)} {render_number(value)}")

    def add_histogram(self, labels: Labels, counts: Mapping[int, int], seconds: float) -> None:
        """Counts by the index of their bound, as the running totals that Prometheus wants."""
        running, waiting = 0, sorted(counts.items())
        for bound in TOLD:
            while waiting and waiting[0][0] <= bound:
                running += waiting.pop(0)[1]
            text = render_labels({**labels, "le": f"{BOUNDS[bound]:.6g}"})
            self.lines.append(f"{self.name}_bucket{text} {running}")
        total = sum(counts.values())
        self.lines.append(f"{self.name}_bucket{render_labels({**labels, 'le': '+Inf'})} {total}")
        self.lines.append(f"{self.name}_sum{render_labels(labels)} {render_number(seconds)}")
        self.lines.append(f"{self.name}_count{render_labels(labels)} {total}")


def render(families: Iterable[Family]) -> str:
    """The page. A family without numbers is left out."""
    lines: list[str] = []
    for family in families:
        if family.lines:
            lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}", *family.lines]
    return "".join(f"{line}\n" for line in lines)


def render_labels(labels: Labels) -> str:
    """`{app="shop",service="web"}`, nothing without labels."""
    if not labels:
        return ""
    pairs: Sequence[str] = [f'{name}="{escape(value)}"' for name, value in labels.items()]
    return "{" + ",".join(pairs) + "}"


def render_number(value: float) -> str:
    """A whole number without a point."""
    return str(int(value)) if value == int(value) else repr(value)


def escape(text: str) -> str:
    """A label's value."""
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")

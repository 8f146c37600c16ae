"""Which values a metric can be compared with: its kind, its unit, its range."""

from collections.abc import Mapping

from fairway.domain.scaling import Metric
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems
from fairway.manifest.values import Span, in_words

RANGES: Mapping[Metric, tuple[float, float]] = {
    Metric.REQUESTS_PER_TASK: (0.01, 1_000_000.0),
    Metric.CPU: (1.0, 100.0),
    Metric.MEMORY: (1.0, 100.0),
    Metric.LATENCY_P95: (0.001, 60.0),
}
UNITS = {
    Metric.REQUESTS_PER_TASK: "requests a second for each task",
    Metric.CPU: "per cent of the task's cpu",
    Metric.MEMORY: "per cent of the task's memory",
}


def check(metric: Metric, level: float, path: Path, problems: Problems) -> None:
    """Whether a target or a step's edge is of the metric's kind and in its range."""
    least, most = RANGES[metric]
    if metric is Metric.LATENCY_P95:
        if not isinstance(level, Span):
            problems.add(path, f"{metric} is a duration", f'for example: "{level:g}ms"')
        elif not least <= level <= most:
            problems.add(path, f'{metric} is from "{in_words(least)}" to "{in_words(most)}"')
    elif isinstance(level, Span):
        problems.add(path, f"{metric} is a number: {UNITS[metric]}", "for example: 50")
    elif not least <= level <= most:
        problems.add(path, f"{metric} is from {least:g} to {most:g}: {UNITS[metric]}")

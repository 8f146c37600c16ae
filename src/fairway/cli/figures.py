"""Figures of the API as words and as cells of a table."""

from collections.abc import Mapping
from typing import Any

from fairway.wire import words

HEADINGS = ("req/s", "errors", "refused", "p50", "p95", "p99", "queue", "CPU", "memory")

Document = Mapping[str, Any]


def parts(figures: Document | None) -> list[str]:
    """`41 req/s`, `p95 38 ms`, `errors 0.0 %`, `CPU 22 %`, `memory 96/512 MB`: those that are known."""
    if not figures:
        return []
    result = []
    if figures["requests_per_second"] is not None:
        result.append(f"{words.rate(figures['requests_per_second'])} req/s")
    if figures["p95_ms"] is not None:
        result.append(f"p95 {words.latency(figures['p95_ms'])}")
    if figures["error_percent"] is not None:
        result.append(f"errors {figures['error_percent']:.1f} %")
    if figures["refused"]:
        result.append(f"{words.count(figures['refused'], 'request')} refused")
    if figures["cpu_percent"] is not None:
        result.append(f"CPU {words.share_of_cpu(figures['cpu_percent'], figures['cpu_limit'])}")
    if figures["memory"] is not None:
        result.append(f"memory {words.share_of_size(figures['memory'], figures['memory_limit'])}")
    return result


def cells(figures: Document | None) -> list[str]:
    """The cells below `HEADINGS`; what is not known is empty."""
    if not figures:
        return [""] * len(HEADINGS)
    rate, errors, refused = (figures[name] for name in ("requests_per_second", "error_percent", "refused"))
    latencies = (figures[name] for name in ("p50_ms", "p95_ms", "p99_ms"))
    cpu, memory = figures["cpu_percent"], figures["memory"]
    return [
        "" if rate is None else words.rate(rate),
        "" if errors is None else f"{errors:.1f} %",
        "" if not refused else str(refused),
        *("" if each is None else words.latency(each) for each in latencies),
        "" if figures["queue"] is None else str(figures["queue"]),
        "" if cpu is None else words.share_of_cpu(cpu, figures["cpu_limit"]),
        "" if memory is None else words.share_of_size(memory, figures["memory_limit"]),
    ]

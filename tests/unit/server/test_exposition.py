"""Prometheus's text format, letter by letter."""

from fairway.domain import metrics
from fairway.domain.metrics import BOUNDS
from fairway.server import exposition
from fairway.server.exposition import Family


def test_a_family_has_its_help_its_type_and_a_line_for_each_number() -> None:
    family = Family(name="fairway_task_memory_bytes", kind="gauge", help="Memory.")
    family.add({"app": "shop", "task": "aa"}, 100663296)
    family.add({}, 0.25)

    assert exposition.render([family]) == (
        "# HELP fairway_task_memory_bytes Memory.\n"
        "# TYPE fairway_task_memory_bytes gauge\n"
        'fairway_task_memory_bytes{app="shop",task="aa"} 100663296\n'
        "fairway_task_memory_bytes 0.25\n"
    )


def test_what_is_not_known_has_no_line_and_a_family_without_lines_is_left_out() -> None:
    family = Family(name="fairway_task_cpu_seconds_total", kind="counter", help="CPU.")
    family.add({}, None)

    assert exposition.render([family]) == ""


def test_labels_are_escaped() -> None:
    assert exposition.render_labels({"version": 'a"b\\c\nd'}) == r'{version="a\"b\\c\nd"}'


def test_a_histogram_counts_all_up_to_each_bound() -> None:
    family = Family(name="d", kind="histogram", help="Durations.")
    counted = metrics.count([0.0001, 0.0015, 0.0016, 1000.0])

    family.add_histogram({"service": "web"}, counted.counts, 1.5)

    assert family.lines[:2] == ['d_bucket{service="web",le="0.001728"} 3', 'd_bucket{service="web",le="0.00358318"} 3']
    assert family.lines[-4:] == [
        f'd_bucket{{service="web",le="{BOUNDS[63]:.6g}"}} 3',
        'd_bucket{service="web",le="+Inf"} 4',
        'd_sum{service="web"} 1.5',
        'd_count{service="web"} 4',
    ]
    assert len(family.lines) == 16 + 3


def test_the_sum_of_latencies_is_within_a_tenth() -> None:
    seconds = [0.002 * number for number in range(1, 500)]

    assert abs(metrics.count(seconds).seconds / sum(seconds) - 1) < 0.1

"""Totals only grow."""

from dataclasses import replace

from fairway.domain import metrics
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.metrics import Answered, Series
from fairway.measure.totals import Total, Totals

WEB = Series(app=AppName("shop"), environment=EnvironmentName("production"), service=ServiceName("web"))
TASK = replace(WEB, task=TaskId("a" * 12))


def test_what_was_answered_adds_up() -> None:
    totals = Totals()

    totals.add({WEB: Answered(requests=3, errors=1, latencies=metrics.count([0.01, 0.01, 2.0]))}, at=1.0)
    totals.add({WEB: Answered(requests=2, refused=1, latencies=metrics.count([0.01]))}, at=2.0)

    expected = metrics.count([0.01, 0.01, 0.01, 2.0]).counts
    assert dict(totals.items()) == {WEB: Total(requests=5, errors=1, refused=1, latencies=dict(expected), at=2.0)}


def test_a_task_that_is_gone_is_dropped_after_an_hour_and_a_service_never() -> None:
    totals = Totals()
    totals.add({WEB: Answered(requests=3), TASK: Answered(requests=3)}, at=1000.0)

    totals.add({}, at=4599.0)
    before = dict(totals.items())
    totals.add({}, at=5000.0)

    assert set(before) == {WEB, TASK}
    assert set(dict(totals.items())) == {WEB}

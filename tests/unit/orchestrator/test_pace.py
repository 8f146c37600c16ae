"""How soon a task is asked for its health again."""

from dataclasses import replace

import pytest

from fairway.domain.health import Health, HealthState
from fairway.orchestrator.apply import new_task
from fairway.orchestrator.health import Record, pace
from support.orchestrator_world import spec

BEGUN = 1000.0
TASK = replace(new_task(spec(), BEGUN - 1.0), started_at=BEGUN)
STARTING = Record(task=TASK, spec=spec(), health=Health(), port=3000)


@pytest.mark.parametrize(
    ("age", "seconds"), [(0.0, 0.01), (0.1, 0.01), (0.3, 0.015), (3.0, 0.15), (10.0, 0.5), (100.0, 0.5)]
)
def test_a_starting_task_is_asked_after_a_twentieth_of_its_age_within_bounds(age: float, seconds: float) -> None:
    assert pace(STARTING, BEGUN + age) == pytest.approx(seconds)


@pytest.mark.parametrize("health", [Health(ever_healthy=True), Health(state=HealthState.UNHEALTHY)])
def test_one_that_was_healthy_or_given_up_is_asked_by_its_checks_interval(health: Health) -> None:
    assert pace(replace(STARTING, health=health), BEGUN + 0.1) == 5.0

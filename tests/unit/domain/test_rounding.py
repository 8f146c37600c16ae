"""ECS's percentages with ECS's rounding, by the worked examples of its documentation (deployment-type-ecs)."""

import pytest

from fairway.domain.app import Rollout
from fairway.domain.operation import DrainTarget, StartTask
from fairway.domain.rounding import bounds
from support.orchestrator_world import desire, observe, plan, task, web


@pytest.mark.parametrize(
    ("replicas", "minimum", "maximum", "expected"),
    [
        (4, 50, 200, (2, 8)),
        (2, 75, 200, (2, 4)),
        (3, 66, 125, (2, 3)),
        (1, 100, 200, (1, 2)),
        (1, 0, 100, (0, 1)),
        (0, 100, 200, (0, 0)),
    ],
)
def test_the_minimum_is_rounded_up_and_the_maximum_down(
    replicas: int, minimum: int, maximum: int, expected: tuple[int, int]
) -> None:
    result = bounds(replicas, Rollout(minimum_healthy_percent=minimum, maximum_percent=maximum))

    assert (result.minimum, result.maximum) == expected


@pytest.mark.parametrize(("replicas", "minimum", "maximum"), [(2, 75, 125), (1, 100, 100), (3, 100, 100), (1, 50, 150)])
def test_one_more_is_allowed_where_the_percentages_leave_no_way(replicas: int, minimum: int, maximum: int) -> None:
    result = bounds(replicas, Rollout(minimum_healthy_percent=minimum, maximum_percent=maximum))

    assert (result.minimum, result.maximum) == (replicas, replicas + 1)


@pytest.mark.parametrize(
    ("minimum", "maximum", "replicas", "may_stop", "may_start", "drained"),
    [
        # 50 %, desired 4: two may be stopped before two are started. Ours stops one, until the new release is proved.
        (50, 100, 4, 2, 0, 1),
        # 75 %, desired 2: ceil(1.5) = 2 stay healthy, none can be stopped first.
        (75, 200, 2, 0, 2, 0),
        # 200 %, desired 4: four may be started before four are stopped.
        (100, 200, 4, 0, 4, 0),
        # 125 %, desired 3: floor(3.75) = 3 may run, none can be started first.
        (50, 125, 3, 1, 0, 1),
    ],
)
def test_the_first_step_of_a_rollout_is_that_of_ecss_examples(
    minimum: int, maximum: int, replicas: int, may_stop: int, may_start: int, drained: int
) -> None:
    old = [task(f"{letter}1", target="ready") for letter in "abcd"[:replicas]]

    first = plan(desire(web(replicas, 2, minimum=minimum, maximum=maximum)), observe(*old)).operations

    limits = bounds(replicas, Rollout(minimum_healthy_percent=minimum, maximum_percent=maximum))
    assert (replicas - limits.minimum, limits.maximum - replicas) == (may_stop, may_start)
    assert sum(isinstance(each, StartTask) for each in first) == may_start
    assert sum(isinstance(each, DrainTarget) for each in first) == drained


def test_a_maximum_below_the_desired_number_means_that_number() -> None:
    result = bounds(4, Rollout(minimum_healthy_percent=50, maximum_percent=50))

    assert (result.minimum, result.maximum) == (2, 4)

"""ECS's percentages with ECS's rounding."""

import pytest

from fairway.domain.app import Rollout
from fairway.domain.rounding import bounds


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


def test_a_maximum_below_the_desired_number_means_that_number() -> None:
    result = bounds(4, Rollout(minimum_healthy_percent=50, maximum_percent=50))

    assert (result.minimum, result.maximum) == (2, 4)

"""How many tasks a service must keep and may have while it changes: ECS's percentages and ECS's rounding."""

from dataclasses import dataclass

from fairway.domain.app import Rollout


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """At least `minimum` healthy tasks, at most `maximum` tasks that have not ended."""

    minimum: int
    maximum: int


def bounds(replicas: int, rollout: Rollout) -> Bounds:
    """The minimum is rounded up, the maximum down.

    Concrete examples: 4 replicas at 50 % and 200 % keep 2 and may be 8. 2 replicas at 75 % keep 2, so nothing can stop
    before something started; 3 replicas at 125 % may be 3, so nothing can start before something stopped. Where both
    hold (2 replicas at 75 % and 125 %) ECS stands still and writes an event. Here one more task is allowed than the
    maximum says: a moment's memory is a smaller harm than a release that never comes.
    """
    if replicas <= 0:
        return Bounds(minimum=0, maximum=0)
    minimum = -(-replicas * max(0, rollout.minimum_healthy_percent) // 100)
    maximum = max(replicas, replicas * rollout.maximum_percent // 100)
    return Bounds(minimum=min(minimum, replicas), maximum=max(maximum, minimum + 1 if minimum >= replicas else 0))


def percent(replicas: int, most: int) -> int:
    """The largest maximum percent that allows no more than `most` tasks, of one or more replicas and at least as many.

    Concrete examples: 4 replicas, at most 5: 125. 3 replicas, at most 4: 166, as 3 × 1.66 is 4.98. 3 replicas, at
    most 3: 133.
    """
    return (100 * (most + 1) - 1) // replicas

"""What of CloudFormation's drift somebody's hand has done, and what only looks so.

CloudFormation asks every resource how it is, and holds the answer against the template. Of two it is wrong about:

- A schedule of EventBridge's in a group of its own it does not find. Its identifier is the name alone, and AWS's reader
  looks for that in the group `default` (cloudformation-coverage-roadmap 1726, cdkd 961). Changing and deleting works.
- The bounds of a service's scaling are set by its scheduled actions, at their times.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fairway.domain.aws.seen import Drifted

SCHEDULE, TARGET = "AWS::Scheduler::Schedule", "AWS::ApplicationAutoScaling::ScalableTarget"
BOUNDS = frozenset({"/MinCapacity", "/MaxCapacity"})


def told(found: Iterable[Drifted]) -> tuple[Drifted, ...]:
    """What is worth telling, in the same order."""
    return tuple(_kept(found))


def _kept(found: Iterable[Drifted]) -> Iterator[Drifted]:
    for each in found:
        if each.type == SCHEDULE and each.gone:
            continue
        if each.type == TARGET and not each.gone:
            rest = tuple(path for path in each.properties if path not in BOUNDS)
            if not rest:
                continue
            yield replace(each, properties=rest)
        else:
            yield each

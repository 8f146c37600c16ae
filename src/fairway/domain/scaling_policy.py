"""What one policy says of its datapoints: more tasks, fewer, neither, or that it can't tell.

A policy knows nothing of bounds, cool-downs, deployments and the other policies; `scaling_decision` does.

AWS publishes no formula for target tracking. This one is proportional, and rounded up so that the metric does not rise
above its target: tasks x value / target, with the tasks that the value was measured of.

    2 tasks at 81 requests a second each, target 50: 2 x 81 / 50 = 3.24 -> 4
    4 tasks at 30 each:                              4 x 30 / 50 = 2.4  -> 3

Latency is not shared out among the tasks as requests are, so it is taken back by one task at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from fairway.domain.scaling import LOW, Adjustment, Metric, Policy, Step, Stepping, Tracking
from fairway.domain.scaling_window import Datapoint, Points

FUZZ = 1e-9
"""Below this a surplus over a whole number is one of the arithmetic: 2 x 75 / 50 is 3.0000000000000004 or 3."""

NAMES = {
    Metric.REQUESTS_PER_TASK: "requests per task",
    Metric.CPU: "CPU",
    Metric.MEMORY: "memory",
    Metric.LATENCY_P95: "latency p95",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`after` tasks are wanted, by a scale-out or not. `why` is the first half of the cause: what was measured."""

    out: bool
    after: int
    why: str
    cooldown: float


def propose(policy: Policy, points: Points, *, running: int, base: int) -> Proposal | None:
    """What the policy wants, None when it wants nothing or a datapoint is missing that it needs.

    `points` end with the newest. `running` is how many tasks run; `base` the same, or while the cool-down of a
    scale-out runs what ran before it, so that a step that was taken is not taken again.
    """
    if isinstance(policy, Tracking):
        return track(policy, points, running=running, base=base)
    return step(policy, points, running=running, base=base)


def track(policy: Tracking, points: Points, *, running: int, base: int) -> Proposal | None:
    """Target tracking."""
    if (high := known(points, policy.datapoints)) and all(each.value > policy.target for each in high):
        last = high[-1]
        tasks = base if policy.metric is Metric.LATENCY_P95 else last.tasks
        why = breach(policy.metric, last.value, "above", policy.target, policy.datapoints)
        return Proposal(out=True, after=scaled(tasks, last.value, policy.target), why=why, cooldown=policy.cooldown_out)
    low = known(points, policy.low_datapoints)
    edge = policy.target * LOW
    if policy.scale_in and low and all(each.value < edge for each in low):
        last = low[-1]
        after = scaled(last.tasks, last.value, policy.target)
        if policy.metric is Metric.LATENCY_P95:
            after = running - 1
        why = breach(policy.metric, last.value, "below", edge, policy.low_datapoints)
        return Proposal(out=False, after=max(0, after), why=why, cooldown=policy.cooldown_in)
    return None


def scaled(tasks: float, value: float, target: float) -> int:
    """tasks x value / target, rounded up."""
    return ceil(tasks * value / target - FUZZ)


def step(policy: Stepping, points: Points, *, running: int, base: int) -> Proposal | None:
    """Step scaling: the step is that of the newest datapoint. From `start` on and below `end` on the way up, above
    `start` and up to `end` on the way down (ECS's inclusive and exclusive bounds)."""
    found = known(points, policy.datapoints)
    edge = policy.threshold
    if not found or not all(each.value >= edge if policy.out else each.value <= edge for each in found):
        return None
    value = found[-1].value
    taken = next(each for each in policy.steps if contains(each, value, out=policy.out))
    after = adjust(policy, taken, base if policy.out else running)
    word = "at or above" if policy.out else "at or below"
    why = breach(policy.metric, value, word, edge, policy.datapoints)
    return Proposal(out=policy.out, after=after, why=why, cooldown=policy.cooldown)


def contains(taken: Step, value: float, *, out: bool) -> bool:
    """Whether the value lies in the step."""
    start = float("-inf") if taken.start is None else taken.start
    end = float("inf") if taken.end is None else taken.end
    return start <= value < end if out else start < value <= end


def adjust(policy: Stepping, taken: Step, tasks: int) -> int:
    """The count that the step makes of `tasks`."""
    match policy.adjustment:
        case Adjustment.EXACT:
            return taken.amount
        case Adjustment.CHANGE:
            return max(0, tasks + taken.amount)
    by = whole(tasks * taken.amount / 100)
    size = max(abs(by), policy.at_least)
    return max(0, tasks + (size if taken.amount > 0 else -size))


def whole(change: float) -> int:
    """A change by per cent in whole tasks: towards zero, but never to it. 12.7 -> 12, 0.67 -> 1, -0.58 -> -1,
    -6.67 -> -6 (ECS's examples)."""
    if 0 < abs(change) < 1:
        return 1 if change > 0 else -1
    return int(change)


def flaps(policy: Policy, points: Points, *, running: int, after: int) -> str:
    """Why `after` tasks would have to be more again at once by this policy, "" when they would not.

    The load of the newest datapoint is shared out among fewer: 90 % of a target on 2 tasks are 180 % of it on one.
    """
    last = points[-1] if points else None
    if last is None or not last.value or after >= running or (isinstance(policy, Stepping) and not policy.out):
        return ""
    tracks = isinstance(policy, Tracking)
    limit = policy.target if isinstance(policy, Tracking) else policy.threshold
    if after == 0:
        return f"nothing would answer what is {NAMES[policy.metric]} {in_words(policy.metric, last.value)} now"
    then = last.value * max(last.tasks, after) / after
    if then > limit + FUZZ if tracks else then >= limit:
        shown, edge = in_words(policy.metric, then, limit), in_words(policy.metric, limit)
        return f"{NAMES[policy.metric]} would be {shown}, and {edge} is the {'target' if tracks else 'threshold'}"
    return ""


def known(points: Points, number: int) -> Sequence[Datapoint]:
    """The last `number` datapoints, none of them when one is missing."""
    last = [each for each in points[-number:] if each is not None]
    return last if len(last) == number else ()


def breach(metric: Metric, value: float, word: str, edge: float, number: int) -> str:
    """`requests per task 81 above 50 for 3 of 3 datapoints`."""
    shown = in_words(metric, value, edge)
    return f"{NAMES[metric]} {shown} {word} {in_words(metric, edge)} for {number} of {number} datapoints"


def in_words(metric: Metric, value: float, beside: float | None = None) -> str:
    """A value as one writes it: 81, 7.5, 63 %, 480 ms. `beside` is one that it must be told apart from."""
    if metric is Metric.LATENCY_P95:
        value, beside = value * 1000, None if beside is None else beside * 1000
    places = next(
        (places for places in range(4) if fits(value, places, beside)),
        3,
    )
    number = f"{value:.{places}f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    unit = {Metric.CPU: " %", Metric.MEMORY: " %", Metric.LATENCY_P95: " ms"}.get(metric, "")
    return f"{number}{unit}"


def fits(value: float, places: int, beside: float | None) -> bool:
    """Whether so many places show two figures at least, and tell the value from the other."""
    clear = beside is None or value == beside or f"{value:.{places}f}" != f"{beside:.{places}f}"
    return clear and (abs(value) >= 10 or value == round(value, places) or places >= 1)

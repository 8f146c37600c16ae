"""How many tasks there shall be: what the policies want, held to the bounds, the host, the cool-downs and a deployment.

Pure. What comes in are the datapoints of each policy and how the service stands; what goes out is one change with its
cause, one that was not made at a limit with its reason, or nothing. It is asked again each second.

The rules are Application Auto Scaling's for ECS: the largest of several counts wins; it is less only when every policy
that tracks a target wants less (step policies take tasks away on their own); during a deployment nothing is taken away;
a scale-in waits for the cool-down of the last one, which a scale-out ends; a scale-out never waits, and what was added
in its cool-down counts. A count outside of its bounds is brought inside first, whatever the policies say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fairway.domain.capacity_most import Most
from fairway.domain.scaling import Policy, Scaling, Tracking
from fairway.domain.scaling_activity import Activity, By, NotScaledReason
from fairway.domain.scaling_bounds import Bounds
from fairway.domain.scaling_policy import Proposal, flaps, propose
from fairway.domain.scaling_window import Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How a service stands at `now`.

    `desired` tasks shall be there, `running` are. `refused` is how many requests of the shortest period no task took.
    `last` is the last change that a policy made, None when there was none. `most` None: the host
    sets no bound.
    """

    now: float
    desired: int
    running: int
    bounds: Bounds
    refused: int = 0
    deploying: bool = False
    last: Activity | None = None
    most: Most | None = None

    @property
    def base(self) -> int:
        """What scale-outs start from: the tasks that run; while the cool-down of a scale-out runs, those that ran
        before it."""
        return self.last.base if self._cooling(out=True) and self.last else self.running

    @property
    def cools_in(self) -> bool:
        """Whether a scale-in has to wait for the one before it."""
        return self._cooling(out=False)

    def _cooling(self, *, out: bool) -> bool:
        return self.last is not None and self.last.out is out and self.last.cools(self.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From `before` to `after` tasks, and why. `cooldown` and `base` are those of the activity that it becomes."""

    before: int
    after: int
    cause: str
    by: By
    cooldown: float = 0.0
    base: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NotScaled:
    """A policy wanted another count, and a limit stood against it."""

    reason: NotScaledReason
    cause: str


Decision = Change | NotScaled | None


def decide(scaling: Scaling, points: Sequence[Points], situation: Situation) -> Decision:
    """What to do now. `points` are the datapoints of each policy, in the policies' order."""
    if (outside := outside_bounds(situation)) is not None:
        return move_inside(situation, outside)
    if situation.desired == 0:
        return wake(situation)
    base = situation.base
    proposals = [
        propose(policy, seen, running=situation.running, base=base)
        for policy, seen in zip(scaling.policies, points, strict=True)
    ]
    if outs := [each for each in proposals if each is not None and each.out]:
        return scale_out(max(outs, key=lambda each: each.after), situation)
    if ins := agreed(scaling.policies, proposals):
        return scale_in(max(ins, key=lambda each: each.after), scaling, points, situation)
    return None


def outside_bounds(situation: Situation) -> int | None:
    """The bound that the count is outside of, None when it is within. A deployment lets nothing be taken away, and the
    host nothing be added that it can't hold."""
    least, most = situation.bounds.minimum, situation.bounds.maximum
    if situation.desired > most:
        return None if situation.deploying else most
    if situation.desired < least:
        held = least if situation.most is None else min(least, situation.most.tasks)
        return held if held > situation.desired else None
    return None


def move_inside(situation: Situation, bound: int) -> Change:
    """The change to a bound."""
    bounds, before = situation.bounds, situation.desired
    rises = bound > before
    name, value, by = (
        ("minimum", bounds.minimum, bounds.minimum_by) if rises else ("maximum", bounds.maximum, bounds.maximum_by)
    )
    set_by = f", which the schedule {by} has set" if by is not None else ""
    held = f"; {situation.most.reason}" if rises and bound < value and situation.most else ""
    cause = f"{before} is {'below' if rises else 'above'} the {name} {value}{set_by}: {before} -> {bound}{held}"
    return Change(before=before, after=bound, cause=cause, by=By.BOUNDS)


def wake(situation: Situation) -> Decision:
    """From no task to one, as soon as somebody asks: there is nothing that more could be computed from."""
    if not situation.refused:
        return None
    requests = "a request" if situation.refused == 1 else f"{situation.refused} requests"
    proposal = Proposal(out=True, after=1, why=f"{requests} came and no task runs", cooldown=0.0)
    return scale_out(proposal, situation)


def scale_out(wanted: Proposal, situation: Situation) -> Decision:
    """The change to as many as are wanted, as far as the limits allow."""
    before, after, reason, limit = situation.desired, wanted.after, NotScaledReason.MAX, ""
    if after > situation.bounds.maximum:
        after = situation.bounds.maximum
        limit = f"{after} is the maximum"
    if situation.most is not None and after > situation.most.tasks:
        after, reason, limit = situation.most.tasks, NotScaledReason.HOST, situation.most.reason
    if wanted.after <= before:
        return None
    if after <= before:
        return NotScaled(reason=reason, cause=f"{wanted.why}: {wanted.after} wanted, {limit}")
    shortened = f" ({wanted.after} wanted, {limit})" if limit else ""
    return Change(
        before=before,
        after=after,
        cause=f"{wanted.why}: {before} -> {after}{shortened}",
        by=By.POLICY,
        cooldown=wanted.cooldown,
        base=situation.base,
    )


def agreed(policies: Sequence[Policy], proposals: Sequence[Proposal | None]) -> list[Proposal]:
    """The scale-ins that count: those of steps, and those of targets when all that may scale in want it."""
    tracking = [
        proposal
        for policy, proposal in zip(policies, proposals, strict=True)
        if isinstance(policy, Tracking) and policy.scale_in
    ]
    steps = [
        proposal
        for policy, proposal in zip(policies, proposals, strict=True)
        if not isinstance(policy, Tracking) and proposal is not None
    ]
    together = [] if None in tracking else [each for each in tracking if each is not None]
    return [*together, *steps]


def scale_in(wanted: Proposal, scaling: Scaling, points: Sequence[Points], situation: Situation) -> Decision:
    """The change to fewer, unless something stands against it."""
    before, running, least = situation.desired, situation.running, situation.bounds.minimum
    if situation.deploying or situation.cools_in:
        return None
    if before <= least:
        return NotScaled(reason=NotScaledReason.MIN, cause=f"{wanted.why}: {least} is the minimum")
    after = max(wanted.after, least)
    # Where rounding leaves as many as there are, one less is what was thought of, and the reason why not is told.
    tried = max(min(after, running - 1), least)
    for policy, seen in zip(scaling.policies, points, strict=True):
        if why := flaps(policy, seen, running=running, after=tried):
            cause = f"{wanted.why}: with {tasks(tried)} {why}"
            return NotScaled(reason=NotScaledReason.FLAPPING, cause=cause)
    if after >= before:
        return None
    cause = f"{wanted.why}: {before} -> {after}"
    return Change(before=before, after=after, cause=cause, by=By.POLICY, cooldown=wanted.cooldown, base=after)


def tasks(count: int) -> str:
    """`1 task`, `3 tasks`."""
    return "1 task" if count == 1 else f"{count} tasks"

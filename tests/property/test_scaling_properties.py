"""What scaling must never do, whatever the load."""

from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from fairway.domain.capacity_most import Most
from fairway.domain.scaling import Adjustment, Metric, Policy, Scaling, Step, Stepping, Tracking
from fairway.domain.scaling_activity import Activity
from fairway.domain.scaling_bounds import Bounds
from fairway.domain.scaling_decision import Change, Situation, decide
from support.scaling_values import NOW, changed, judge, steady

VALUES = st.none() | st.floats(min_value=0, max_value=1000)
TRACKING = st.builds(
    Tracking,
    metric=st.sampled_from(Metric),
    target=st.floats(min_value=0.1, max_value=500),
    scale_in=st.booleans(),
    datapoints=st.integers(1, 5),
    low_datapoints=st.integers(1, 15),
)
AMOUNTS = st.integers(0, 60)


@st.composite
def stepping(draw: st.DrawFn) -> Stepping:
    edges = sorted(draw(st.sets(st.integers(1, 100), min_size=1, max_size=3)))
    adjustment = draw(st.sampled_from(Adjustment))
    amounts = [draw(AMOUNTS) for _ in edges]
    if draw(st.booleans()):
        ends: list[float | None] = [*map(float, edges[1:]), None]
        steps = [Step(start=float(a), end=b, amount=n) for a, b, n in zip(edges, ends, amounts, strict=True)]
    else:
        sign = 1 if adjustment is Adjustment.EXACT else -1
        starts: list[float | None] = [None, *map(float, edges[:-1])]
        steps = [Step(start=a, end=float(b), amount=sign * n) for a, b, n in zip(starts, edges, amounts, strict=True)]
    return Stepping(metric=Metric.CPU, steps=tuple(steps), adjustment=adjustment, at_least=draw(st.integers(1, 3)))


POLICIES = st.lists(TRACKING | stepping(), min_size=1, max_size=3)
LAST = st.none() | st.builds(
    changed, st.integers(1, 9), st.integers(1, 9), ago=st.floats(0, 600), base=st.integers(1, 9)
)
MOST = st.none() | st.builds(Most, tasks=st.integers(0, 15), reason=st.just("the host is full"))


@given(POLICIES, st.data(), st.integers(0, 20), st.integers(0, 20), st.integers(0, 8), st.booleans(), LAST, MOST)
def test_no_change_leaves_the_bounds_or_takes_away_during_a_deployment(
    policies: list[Policy],
    data: st.DataObject,
    desired: int,
    running: int,
    minimum: int,
    deploying: bool,
    last: Activity | None,
    most: Most | None,
) -> None:
    values = [data.draw(VALUES) for _ in policies]

    decision = judge(
        policies,
        values,
        desired=desired,
        running=running,
        minimum=minimum,
        maximum=minimum + 4,
        deploying=deploying,
        last=last,
        most=most,
        refused=1,
    )

    if isinstance(decision, Change):
        assert decision.before == desired != decision.after
        assert decision.after <= minimum + 4
        assert decision.after >= min(minimum, most.tasks if most else minimum)
        if decision.after < desired:
            assert not deploying
            assert decision.after >= minimum
        elif most is not None:
            assert decision.after <= most.tasks
        assert f"{desired} -> {decision.after}" in decision.cause


@given(TRACKING, st.floats(0, 1000), st.floats(0, 1000), st.integers(1, 10))
def test_more_load_never_means_fewer_tasks(policy: Tracking, one: float, other: float, tasks: int) -> None:
    less, more = sorted((one, other))

    counts = [
        decision.after if isinstance(decision := judge([policy], [value], desired=tasks), Change) else tasks
        for value in (less, more)
    ]

    assert counts[0] <= counts[1]


@given(st.floats(0, 2000), st.floats(1, 100), st.integers(1, 30), st.booleans())
def test_under_constant_load_it_comes_to_rest_where_the_metric_is_at_most_its_target(
    load: float, target: float, tasks: int, deaf: bool
) -> None:
    """Each second: what is wanted is there, and the load is shared out among it. No cool-down keeps it from moving."""
    policy = Tracking(metric=Metric.REQUESTS_PER_TASK, target=target, cooldown_in=0, cooldown_out=0, scale_in=not deaf)
    scaling = Scaling(minimum=1, maximum=3000, policies=(policy,))
    counts = [tasks]

    for _ in range(6):
        now = counts[-1]
        situation = Situation(now=NOW, desired=now, running=now, bounds=Bounds(minimum=1, maximum=3000))
        decision = decide(scaling, [steady(policy, load / now, now)], situation)
        counts.append(decision.after if isinstance(decision, Change) else now)

    assert len(set(counts[2:])) == 1, "it goes on moving"
    assert counts[-1] >= min(3000, ceil(load / target - 1e-6))
    assert all(later == counts[1] for later in counts[1:]), "one change is enough"

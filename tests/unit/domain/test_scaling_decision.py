"""How many tasks there shall be, with the worked examples of Application Auto Scaling's documentation."""

from dataclasses import replace

import pytest

from fairway.domain.capacity_most import Most
from fairway.domain.scaling import Adjustment, Metric, Step, Stepping, Tracking
from fairway.domain.scaling_activity import By, NotScaledReason, Status, follow
from fairway.domain.scaling_bounds import Bounds
from fairway.domain.scaling_decision import Change, NotScaled, Situation, decide
from fairway.domain.scaling_policy import whole
from fairway.domain.scaling_window import Datapoint
from support.scaling_values import NOW, TARGET_50, Scaling, changed, judge

CPU_60 = Tracking(metric=Metric.CPU, target=60)
LATENCY = Tracking(metric=Metric.LATENCY_P95, target=0.25)
STEPS_OUT = Stepping(
    metric=Metric.CPU,
    steps=(Step(start=60, end=80, amount=2), Step(start=80, end=None, amount=3)),
)
TO_NONE = Stepping(
    metric=Metric.CPU, steps=(Step(start=None, end=20, amount=0),), adjustment=Adjustment.EXACT, datapoints=15
)
STEPS_IN = Stepping(metric=Metric.CPU, steps=(Step(start=None, end=20, amount=-1),), datapoints=15)


def count(decision: object) -> int | None:
    return decision.after if isinstance(decision, Change) else None


def test_a_metric_above_its_target_scales_out_in_proportion_and_says_why() -> None:
    decision = judge([TARGET_50], [81.0], desired=2)

    assert decision == Change(
        before=2,
        after=4,
        cause="requests per task 81 above 50 for 3 of 3 datapoints: 2 -> 4",
        by=By.POLICY,
        cooldown=300.0,
        base=2,
    )


def test_a_metric_below_nine_tenths_of_its_target_scales_in_no_further_than_to_the_target() -> None:
    decision = judge([TARGET_50], [30.0], desired=4)

    assert isinstance(decision, Change)
    assert decision.cause == "requests per task 30 below 45 for 15 of 15 datapoints: 4 -> 3"


@pytest.mark.parametrize(("target", "edge"), [(30, 27), (70, 63)])
def test_the_low_threshold_is_ecs_s(target: float, edge: float) -> None:
    policy = Tracking(metric=Metric.CPU, target=target)

    assert count(judge([policy], [edge], desired=10, maximum=10)) is None
    assert count(judge([policy], [edge - 0.5], desired=10, maximum=10)) == 9


def test_two_datapoints_above_the_target_are_not_three() -> None:
    points = [Datapoint(value=40, tasks=2), *[Datapoint(value=90, tasks=2)] * 2]
    situation = Situation(now=NOW, desired=2, running=2, bounds=Bounds(minimum=1, maximum=10))

    assert decide(Scaling(minimum=1, maximum=10, policies=(TARGET_50,)), [points], situation) is None


def test_a_missing_datapoint_decides_nothing_either_way() -> None:
    high = [Datapoint(value=90, tasks=2), None, Datapoint(value=90, tasks=2)]
    low = [*[Datapoint(value=1, tasks=2)] * 7, None, *[Datapoint(value=1, tasks=2)] * 7]
    situation = Situation(now=NOW, desired=2, running=2, bounds=Bounds(minimum=1, maximum=10))
    scaling = Scaling(minimum=1, maximum=10, policies=(TARGET_50,))

    assert decide(scaling, [high], situation) is None
    assert decide(scaling, [low], situation) is None


def test_the_base_is_the_running_tasks_and_not_the_desired_ones() -> None:
    assert count(judge([TARGET_50], [100.0], desired=3, running=2)) == 4
    assert count(judge([TARGET_50], [100.0], desired=4, running=2)) is None


def test_the_largest_of_several_policies_wins() -> None:
    assert count(judge([TARGET_50, CPU_60], [60.0, 120.0], desired=2)) == 4
    assert count(judge([TARGET_50, CPU_60], [10.0, 120.0], desired=2)) == 4


def test_it_scales_in_only_when_all_targets_agree_and_to_the_largest() -> None:
    assert count(judge([TARGET_50, CPU_60], [10.0, 58.0], desired=5)) is None
    assert count(judge([TARGET_50, CPU_60], [10.0, None], desired=5)) is None
    assert count(judge([TARGET_50, CPU_60], [10.0, 30.0], desired=5)) == 3


def test_a_policy_that_does_not_scale_in_is_not_asked_about_it() -> None:
    only_out = replace(CPU_60, scale_in=False)

    assert count(judge([TARGET_50, only_out], [10.0, None], desired=5)) == 1
    assert count(judge([only_out], [1.0], desired=5)) is None


def test_nothing_is_taken_away_during_a_deployment_and_things_are_added() -> None:
    assert judge([TARGET_50], [1.0], desired=5, deploying=True) is None
    assert count(judge([TARGET_50], [100.0], desired=5, deploying=True)) == 10
    assert judge([TARGET_50], [40.0], desired=12, deploying=True) is None


def test_a_scale_in_waits_for_the_cool_down_of_the_one_before_it() -> None:
    assert judge([TARGET_50], [20.0], desired=4, last=changed(5, 4, ago=299)) is None
    assert count(judge([TARGET_50], [20.0], desired=4, last=changed(5, 4, ago=300))) == 2


def test_a_scale_out_does_not_wait_and_ends_the_cool_down_of_a_scale_in() -> None:
    assert count(judge([TARGET_50], [100.0], desired=4, last=changed(5, 4, ago=1))) == 8
    assert count(judge([TARGET_50], [20.0], desired=8, last=changed(4, 8, ago=2))) == 4


def test_in_the_cool_down_of_a_scale_out_only_what_a_larger_step_adds_is_added() -> None:
    """AWS's example: 2 were added, then the step of 3 is reached: one more."""
    last = changed(4, 6, ago=100, base=4)

    assert judge([STEPS_OUT], [70.0], desired=6, last=last) is None
    assert count(judge([STEPS_OUT], [90.0], desired=6, last=last)) == 7
    assert count(judge([STEPS_OUT], [90.0], desired=6, last=changed(4, 6, ago=301))) == 9


def test_a_slow_answer_is_not_multiplied_by_the_tasks_that_were_added_for_it() -> None:
    first = judge([LATENCY], [0.5], desired=2)
    again = judge([LATENCY], [0.5], desired=4, last=changed(2, 4, ago=10))

    assert isinstance(first, Change)
    assert first.cause == "latency p95 500 ms above 250 ms for 3 of 3 datapoints: 2 -> 4"
    assert again is None


def test_latency_takes_one_task_away_at_a_time() -> None:
    assert count(judge([LATENCY], [0.01], desired=6)) == 5


def test_a_count_outside_of_its_bounds_is_brought_inside_first() -> None:
    low = judge([TARGET_50], [100.0], desired=1, minimum=3)
    high = judge([TARGET_50], [100.0], desired=12)

    assert low == Change(before=1, after=3, cause="1 is below the minimum 3: 1 -> 3", by=By.BOUNDS)
    assert high == Change(before=12, after=10, cause="12 is above the maximum 10: 12 -> 10", by=By.BOUNDS)


def test_what_a_limit_stands_against_is_said() -> None:
    maximum = judge([TARGET_50], [100.0], desired=10)
    minimum = judge([TARGET_50], [1.0], desired=2, minimum=2)
    part = judge([TARGET_50], [100.0], desired=8)

    assert maximum == NotScaled(
        reason=NotScaledReason.MAX,
        cause="requests per task 100 above 50 for 3 of 3 datapoints: 20 wanted, 10 is the maximum",
    )
    assert minimum == NotScaled(
        reason=NotScaledReason.MIN, cause="requests per task 1 below 45 for 15 of 15 datapoints: 2 is the minimum"
    )
    assert isinstance(part, Change)
    assert part.cause.endswith(": 8 -> 10 (16 wanted, 10 is the maximum)")


def test_the_host_bounds_a_scale_out_and_takes_nothing_away() -> None:
    most = Most(tasks=5, reason="the host has memory for 5 tasks of 512 MB")

    part = judge([TARGET_50], [100.0], desired=3, most=most)
    none = judge([TARGET_50], [100.0], desired=6, most=most)
    least = judge([TARGET_50], [40.0], desired=2, minimum=7, most=most)

    assert isinstance(part, Change)
    assert part.cause.endswith(": 3 -> 5 (6 wanted, the host has memory for 5 tasks of 512 MB)")
    assert isinstance(none, NotScaled)
    assert none.reason is NotScaledReason.HOST
    assert count(least) == 5


def test_from_no_task_a_refused_request_makes_one() -> None:
    quiet = judge([TARGET_50], [0.0], desired=0, minimum=0)
    asked = judge([CPU_60], [None], desired=0, minimum=0, refused=7)

    assert quiet is None
    assert isinstance(asked, Change)
    assert asked.cause == "7 requests came and no task runs: 0 -> 1"


def test_without_a_request_it_scales_in_to_none_where_the_minimum_allows_it() -> None:
    assert count(judge([TARGET_50], [0.0], desired=2, minimum=0)) == 0
    assert count(judge([TARGET_50], [0.1], desired=2, minimum=0)) == 1


def test_a_scale_in_that_would_be_undone_at_once_is_not_done() -> None:
    rounding = judge([TARGET_50], [40.0], desired=2)
    steps = judge([STEPS_OUT, STEPS_IN], [19.0, 19.0], desired=2)
    to_none = judge([TO_NONE, CPU_60], [5.0, 5.0], desired=1, minimum=0)
    against_target = judge([STEPS_IN, Tracking(metric=Metric.MEMORY, target=50)], [10.0, 48.0], desired=3)

    assert rounding == NotScaled(
        reason=NotScaledReason.FLAPPING,
        cause="requests per task 40 below 45 for 15 of 15 datapoints: "
        "with 1 task requests per task would be 80, and 50 is the target",
    )
    assert count(steps) == 1
    assert isinstance(to_none, NotScaled)
    assert to_none.cause.endswith("with 0 tasks nothing would answer what is CPU 5 % now")
    assert isinstance(against_target, NotScaled)
    assert against_target.reason is NotScaledReason.FLAPPING


def test_tasks_that_are_on_their_way_out_are_not_taken_away_twice() -> None:
    assert judge([TARGET_50], [30.0], desired=2, running=4) is None


def test_steps_take_tasks_away_without_asking_the_targets() -> None:
    assert count(judge([STEPS_IN, TARGET_50], [10.0, None], desired=5)) == 4


def test_thirty_per_cent_of_eleven_tasks_are_three() -> None:
    """AWS's example: threshold 50, +30 % from 20 above it on, metric 70, capacity 11."""
    steps = Stepping(
        metric=Metric.CPU,
        steps=(
            Step(start=50, end=60, amount=0),
            Step(start=60, end=70, amount=10),
            Step(start=70, end=None, amount=30),
        ),
        adjustment=Adjustment.PERCENT,
    )

    assert count(judge([steps], [70.0], desired=11, maximum=20)) == 14
    assert count(judge([steps], [69.9], desired=11, maximum=20)) == 12
    assert count(judge([replace(steps, at_least=2)], [65.0], desired=11, maximum=20)) == 13


@pytest.mark.parametrize(("change", "tasks"), [(12.7, 12), (0.67, 1), (-0.58, -1), (-6.67, -6)])
def test_per_cent_are_rounded_as_aws_rounds_them(change: float, tasks: int) -> None:
    assert whole(change) == tasks


def test_an_exact_step_sets_the_count() -> None:
    steps = Stepping(metric=Metric.CPU, steps=(Step(start=60, end=None, amount=7),), adjustment=Adjustment.EXACT)

    assert count(judge([steps], [60.0], desired=2)) == 7
    assert judge([steps], [60.0], desired=8) is None


def test_a_step_s_lower_bound_belongs_to_it_on_the_way_up_and_its_upper_on_the_way_down() -> None:
    down = Stepping(
        metric=Metric.CPU, steps=(Step(start=None, end=10, amount=-2), Step(start=10, end=20, amount=-1)), datapoints=1
    )

    assert count(judge([STEPS_OUT], [80.0], desired=2)) == 5
    assert count(judge([STEPS_OUT], [60.0], desired=2)) == 4
    assert count(judge([down], [10.0], desired=5)) == 3
    assert count(judge([down], [20.0], desired=5)) == 4


def test_an_activity_is_done_when_its_tasks_are_there_or_gone_and_unfulfilled_after_ten_minutes() -> None:
    out, less = changed(2, 4, ago=5), changed(4, 2, ago=5)

    assert follow(out, running=4, healthy=3, now=NOW) is Status.IN_PROGRESS
    assert follow(out, running=4, healthy=4, now=NOW) is Status.SUCCESSFUL
    assert follow(less, running=3, healthy=3, now=NOW) is Status.IN_PROGRESS
    assert follow(less, running=2, healthy=2, now=NOW) is Status.SUCCESSFUL
    assert follow(out, running=4, healthy=3, now=NOW + 600) is Status.UNFULFILLED
    assert follow(replace(out, status=Status.OVERRIDDEN), running=4, healthy=4, now=NOW) is Status.OVERRIDDEN

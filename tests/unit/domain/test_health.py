"""What one more result of a check makes of a task's health: ECS's rules, and the grace period of its start."""

from fairway.domain.health import Health, HealthState, HttpCheck, ProbeResult, Timing, judge

CHECK = HttpCheck(path="/healthz", timing=Timing(retries=3, start_period=30.0))
WELL, SICK = ProbeResult(ok=True, detail="well"), ProbeResult(ok=False, detail="GET /healthz answered 500")
START = 100.0


def after(*results: tuple[float, ProbeResult], before: Health | None = None) -> Health:
    health = before or Health()
    for at, result in results:
        health = judge(health, result, check=CHECK, started_at=START, now=START + at)
    return health


def test_one_success_makes_a_task_healthy_however_young_it_is() -> None:
    health = after((0.3, WELL))

    assert (health.state, health.since, health.ever_healthy) == (HealthState.HEALTHY, 100.3, True)


def test_failures_within_the_start_period_do_not_count() -> None:
    health = after(*((float(second), SICK) for second in range(30)))

    assert (health.state, health.failures, health.last) == (HealthState.STARTING, 0, SICK)


def test_a_task_that_was_never_healthy_is_unhealthy_at_the_first_failure_after_the_start_period() -> None:
    health = after((10.0, SICK), (30.0, SICK))

    assert (health.state, health.since) == (HealthState.UNHEALTHY, 130.0)


def test_a_success_ends_the_grace_and_the_third_failure_in_a_row_counts() -> None:
    two = after((1.0, WELL), (6.0, SICK), (11.0, SICK))
    three = after((16.0, SICK), before=two)

    assert (two.state, two.failures) == (HealthState.HEALTHY, 2)
    assert (three.state, three.since) == (HealthState.UNHEALTHY, 116.0)


def test_a_success_between_two_failures_begins_the_count_anew() -> None:
    health = after((1.0, WELL), (6.0, SICK), (11.0, SICK), (16.0, WELL), (21.0, SICK), (26.0, SICK))

    assert (health.state, health.since) == (HealthState.HEALTHY, 101.0)


def test_one_success_makes_an_unhealthy_task_healthy_again() -> None:
    sick = after((1.0, WELL), (6.0, SICK), (11.0, SICK), (16.0, SICK), (21.0, SICK))
    well = after((26.0, WELL), before=sick)

    assert (sick.state, sick.since, sick.failures) == (HealthState.UNHEALTHY, 116.0, 4)
    assert (well.state, well.since, well.failures) == (HealthState.HEALTHY, 126.0, 0)

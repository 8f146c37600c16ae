"""`scaling`: what it means, environment by environment, and what is refused before anything changes."""

import pytest

from fairway.domain.app import Service
from fairway.domain.scaling import Adjustment, Metric, Scaling, Scheduled, Step, Stepping, Tracking
from fairway.domain.schedule import Schedule
from fairway.errors import Finding, UsageError
from fairway.manifest import load

SHORT = 'scaling = { min = 2, max = 10, metric = "requests_per_task", target = 50 }'
TARGET = Tracking(metric=Metric.REQUESTS_PER_TASK, target=50)


def service(text: str, *, name: str = "web", environment: str = "production") -> Service:
    found = load.load(f'app = "a"\n[services.{name}]\n{text}').environment(environment)
    assert found is not None
    made = found.service(name)
    assert made is not None
    return made


def only(text: str, *, name: str = "web") -> Finding:
    with pytest.raises(UsageError) as caught:
        load.load(f'app = "a"\n[services.{name}]\n{text}')
    (found,) = caught.value.findings
    return found


def steps(text: str, *, metric: str = "cpu") -> str:
    return f'scaling = {{ max = 9, policies = [{{ metric = "{metric}", steps = [{text}] }}] }}'


def test_the_short_form_has_the_defaults_of_ecs() -> None:
    made = service(SHORT)

    assert made.scaling == Scaling(minimum=2, maximum=10, policies=(TARGET,))
    assert (TARGET.datapoints, TARGET.low_datapoints, TARGET.period) == (3, 15, 60)
    assert (TARGET.cooldown_out, TARGET.cooldown_in) == (300, 300)
    assert made.replicas == 2


def test_replicas_is_what_the_first_deployment_begins_with() -> None:
    assert service(f"replicas = 5\n{SHORT}").replicas == 5
    assert service('scaling = { min = 0, max = 3, metric = "cpu", target = 50 }').replicas == 1


def test_a_target_of_latency_is_a_duration() -> None:
    made = service('scaling = { max = 3, metric = "latency_p95", target = "250ms" }')

    assert made.scaling == Scaling(minimum=1, maximum=3, policies=(Tracking(metric=Metric.LATENCY_P95, target=0.25),))


def test_several_policies_take_the_pace_of_the_table_around_them_where_they_name_none() -> None:
    made = service(
        'scaling = { max = 9, period = "1s", low_datapoints = 5, policies = ['
        '{ metric = "cpu", target = 60, cooldown_in = "9s" }, '
        '{ metric = "memory", cooldown_in = "7s", '
        "steps = [{ below = 10, add = -2 }, { above = 10, below = 20, add = -1 }] }, "
        '{ metric = "memory", at_least = 2, steps = [{ above = 80, add_percent = 50 }] }] }'
    )

    assert made.scaling is not None
    assert made.scaling.policies == (
        Tracking(metric=Metric.CPU, target=60, period=1, low_datapoints=5, cooldown_in=9),
        Stepping(
            metric=Metric.MEMORY,
            steps=(Step(start=None, end=10, amount=-2), Step(start=10, end=20, amount=-1)),
            period=1,
            datapoints=5,
            cooldown=7,
        ),
        Stepping(
            metric=Metric.MEMORY,
            steps=(Step(start=80, end=None, amount=50),),
            adjustment=Adjustment.PERCENT,
            at_least=2,
            period=1,
        ),
    )


def test_scheduled_actions_set_bounds() -> None:
    made = service(
        'scaling = { max = 9, schedules = [{ schedule = "0 8 * * 1-5", timezone = "Europe/Berlin", min = 4 }, '
        '{ schedule = "0 20 * * 1-5", min = 1 }] }'
    )

    assert made.scaling is not None
    assert made.scaling.schedules == (
        Scheduled(schedule=Schedule(cron="0 8 * * 1-5", zone="Europe/Berlin"), minimum=4),
        Scheduled(schedule=Schedule(cron="0 20 * * 1-5"), minimum=1),
    )


def test_an_environment_changes_single_keys() -> None:
    text = f"{SHORT}\n[environments.staging]\n[environments.production]\nservices.web.scaling.max = 20\n"

    staging, production = service(text, environment="staging"), service(text)

    assert staging.scaling == Scaling(minimum=2, maximum=10, policies=(TARGET,))
    assert production.scaling == Scaling(minimum=2, maximum=20, policies=(TARGET,))


def test_an_environment_s_policies_stand_in_place_of_the_metric_above_and_the_other_way_round() -> None:
    text = (
        f"{SHORT}\n[environments.staging]\n"
        'services.web.scaling.policies = [{ metric = "cpu", target = 60 }]\n[environments.production]\n'
    )

    staging = service(text, environment="staging")

    assert staging.scaling is not None
    assert staging.scaling.policies == (Tracking(metric=Metric.CPU, target=60),)


def test_an_environment_that_says_replicas_alone_has_always_so_many() -> None:
    text = f"{SHORT}\n[environments.staging]\nservices.web.replicas = 1\n[environments.production]\n"

    staging, production = service(text, environment="staging"), service(text)

    assert (staging.replicas, staging.scaling) == (1, None)
    assert production.scaling is not None


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        (SHORT.replace("min = 2", "min = 11"), 3, "scaling.min", "min 11 is above max 10"),
        (
            'scaling = { metric = "cpu", target = 50 }',
            3,
            "scaling",
            "max is missing: how many tasks there may be at most",
        ),
        (f"replicas = 12\n{SHORT}", 3, "replicas", "12 is outside of what scaling allows, 2 to 10 tasks"),
        ("scaling = { max = 3 }", 3, "scaling", "it says no metric and no schedule, so nothing would ever change"),
        ('scaling = { max = 3, metric = "cpu" }', 3, "scaling", "cpu has no target to be kept at"),
        ("scaling = { max = 3, target = 5 }", 3, "scaling", "a policy names its metric"),
        (
            'scaling = { max = 3, metric = "rps", target = 5 }',
            3,
            "scaling.metric",
            'expected one of requests_per_task, cpu, memory, latency_p95, found the text "rps"',
        ),
        (
            'scaling = { max = 3, metric = "cpu", target = 120 }',
            3,
            "scaling.target",
            "cpu is from 1 to 100: per cent of the task's cpu",
        ),
        (
            'scaling = { max = 3, metric = "latency_p95", target = 250 }',
            3,
            "scaling.target",
            "latency_p95 is a duration",
        ),
        (
            'scaling = { max = 3, metric = "latency_p95", target = "5m" }',
            3,
            "scaling.target",
            'latency_p95 is from "1ms" to "1m"',
        ),
        (
            'scaling = { max = 3, metric = "memory", target = "5s" }',
            3,
            "scaling.target",
            "memory is a number: per cent of the task's memory",
        ),
        (
            'scaling = { max = 3, metric = "cpu", target = 50, period = "5m" }',
            3,
            "scaling.period",
            "15 datapoints of 5m are more than the hour that samples are kept",
        ),
        (
            'scaling = { max = 3, metric = "cpu", target = 50, policies = [{ metric = "memory", target = 50 }] }',
            3,
            "scaling.metric",
            "it stands beside policies",
        ),
        (
            'scaling = { max = 3, policies = [{ metric = "cpu", target = 50 }, { metric = "cpu", target = 70 }] }',
            3,
            "scaling.policies[1].metric",
            "two targets of cpu would pull at the same tasks",
        ),
        (
            'scaling = { max = 3, schedules = [{ schedule = "0 0 30 2 *", min = 2 }] }',
            3,
            "scaling.schedules[0].schedule",
            "expected a schedule in cron's five fields, such as \"0 3 * * 1\" for three o'clock on Mondays, "
            'found the text "0 0 30 2 *"',
        ),
        (
            'scaling = { max = 3, schedules = [{ schedule = "0 0 * * *", min = 2 }, '
            '{ schedule = "0 0 * * *", max = 2 }] }',
            3,
            "scaling.schedules[1].schedule",
            "it never holds: schedules[0] comes at the same times",
        ),
        ("scaling = { max = 3, schedules = [{ min = 2 }] }", 3, "scaling.schedules[0]", "its times are missing"),
        (
            'scaling = { max = 3, schedules = [{ schedule = "0 0 * * *" }] }',
            3,
            "scaling.schedules[0]",
            "it changes nothing: it says neither min nor max",
        ),
        (
            'scaling = { max = 3, schedules = [{ schedule = "0 0 * * *", min = 5 }] }',
            3,
            "scaling.schedules[0].min",
            "min 5 and max 3 would hold at the same time",
        ),
        (
            'scaling = { max = 3, schedules = [{ schedule = "0 0 * * *", min = 5, max = 4 }] }',
            3,
            "scaling.schedules[0].min",
            "min 5 is above max 4",
        ),
    ],
)
def test_what_can_t_be_is_refused_with_its_line_and_key(text: str, line: int, key: str, message: str) -> None:
    found = only(text)

    assert (found.line, found.key, found.message) == (line, f"services.web.{key}", message)


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("{ above = 60 }", "[0]", "a step has one of add, add_percent and set; this one says nothing to do"),
        (
            "{ above = 60, add = 1, set = 2 }",
            "[0]",
            "a step has one of add, add_percent and set; this one has add and set",
        ),
        ("{ above = 60, below = 80, add = 1 }, { above = 80, set = 2 }", "[1].set", "the policy's first step has add"),
        (
            "{ above = 60, below = 80, add = 1 }, { above = 70, add = 2 }",
            "[1]",
            "this step and the one before it overlap from 70 % to 80 %",
        ),
        (
            "{ above = 60, below = 70, add = 1 }, { above = 80, add = 2 }",
            "[1]",
            "this step and the one before it leave a gap from 70 % to 80 %",
        ),
        (
            "{ above = 80, add = 1 }, { above = 60, below = 80, add = 2 }",
            "[1]",
            "it overlaps the step before it, or is not in rising order",
        ),
        ("{ above = 80, below = 60, add = 1 }", "[0].above", "80 % is not under below, 60 %"),
        (
            "{ above = 60, below = 80, add = 1 }",
            "",
            "the steps end on both sides, and beyond them nothing would be done",
        ),
        ("{ add = 1 }", "", "the steps have no end on either side, so the tasks would never rest"),
        ("{ above = 60, add = -1 }", "[0].add", "the policy's steps scale out and this one takes away: it would flap"),
        (
            "{ below = 60, add_percent = 10 }",
            "[0].add_percent",
            "the policy's steps scale in and this one adds: it would flap",
        ),
        ("{ above = 60, set = 20 }", "[0].set", "20 is outside of what scaling allows, 1 to 9 tasks"),
        ("{ above = 160, add = 1 }", "[0].above", "cpu is from 1 to 100: per cent of the task's cpu"),
    ],
)
def test_steps_that_overlap_leave_a_gap_or_pull_both_ways_are_refused(text: str, at: str, message: str) -> None:
    found = only(steps(text))

    assert (found.key, found.message) == (f"services.web.scaling.policies[0].steps{at}", message)


@pytest.mark.parametrize(
    ("policies", "at", "message"),
    [
        (
            '{ metric = "cpu", steps = [{ above = 40, add = 1 }] }, '
            '{ metric = "cpu", steps = [{ below = 50, add = -1 }] }',
            "[1].steps",
            "it would flap: cpu from 40 % to 50 % adds tasks by steps and takes them away by steps",
        ),
        (
            '{ metric = "cpu", target = 40 }, { metric = "cpu", steps = [{ below = 50, add = -1 }] }',
            "[1].steps",
            "it would flap: cpu from 40 % to 50 % adds tasks by target and takes them away by steps",
        ),
        (
            '{ metric = "cpu", target = 60 }, { metric = "cpu", steps = [{ above = 50, add = 1 }] }',
            "[0].target",
            "it would flap: cpu from 50 % to 54 % adds tasks by steps and takes them away by target",
        ),
    ],
)
def test_policies_that_pull_against_each_other_are_refused(policies: str, at: str, message: str) -> None:
    found = only(f"scaling = {{ max = 9, policies = [{policies}] }}")

    assert (found.key, found.message) == (f"services.web.scaling.policies{at}", message)


@pytest.mark.parametrize("metric", ["requests_per_task", "latency_p95"])
def test_a_metric_that_can_t_be_had_is_refused(metric: str) -> None:
    target = '"1s"' if metric == "latency_p95" else "5"
    found = only(f'scaling = {{ max = 3, metric = "{metric}", target = {target} }}', name="worker")

    assert found.key == "services.worker.scaling.metric"
    assert found.message == f"{metric} can't be had of worker: it takes no requests from outside"


def test_a_second_service_with_a_port_has_no_requests_of_its_own() -> None:
    with pytest.raises(UsageError) as caught:
        load.load(f'app = "a"\n[services.web]\n[services.admin]\nport = 4000\n{SHORT}')

    (found,) = caught.value.findings
    assert found.message.endswith("it takes no requests from outside; the requests go to web")


def test_a_worker_without_tasks_would_never_come_back() -> None:
    found = only('scaling = { min = 0, max = 3, metric = "cpu", target = 5 }', name="worker")

    assert found.key == "services.worker.scaling.min"


def test_a_key_of_an_environment_is_named_there() -> None:
    text = f"{SHORT}\n[environments.production]\nservices.web.scaling.min = 30\n"

    found = only(text)

    assert (found.line, found.key) == (5, "environments.production.services.web.scaling.min")


def test_a_broken_policy_is_told_once_and_the_rest_is_looked_at_all_the_same() -> None:
    with pytest.raises(UsageError) as caught:
        load.load(
            'app = "a"\n[services.web.scaling]\nmin = 12\nmax = 10\n[[services.web.scaling.policies]]\nmetric = 5\n'
            "[[services.web.scaling.policies]]\nmetrik = 5\n"
        )

    assert [found.key for found in caught.value.findings] == [
        "services.web.scaling.min",
        "services.web.scaling.policies[0].metric",
        "services.web.scaling.policies[1].metrik",
    ]

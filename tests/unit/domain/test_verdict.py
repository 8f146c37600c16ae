"""When a deployment has succeeded, when it has failed, and when that is not known yet."""

from dataclasses import replace

import pytest

from fairway.domain import rollout
from fairway.domain.app import Rollout
from fairway.domain.deployment import RolloutState
from fairway.domain.facts import Facts
from fairway.domain.ids import DeploymentId, ServiceName, TaskId
from fairway.domain.observed import Exit
from fairway.domain.rollout import Failures, Progress, ServiceProgress
from fairway.domain.verdict import judge, threshold
from support.orchestrator_world import NOW, PRODUCTION, SHOP, SICK, desire, observe, spec, task, web, worker

ROLLOUT = Rollout(bake=2.0, timeout=600.0)
SETTLED = ServiceProgress(
    deployment=DeploymentId(1), desired=2, running=2, healthy=2, serving=2, old=0, settled_since=NOW - 2
)
STARTING = replace(SETTLED, healthy=0, serving=0, settled_since=None)
FACTS = Facts(
    task=TaskId("a"), spec=spec(), exit=Exit(code=1), lived=0.2, probe=None, sockets=None, usage=None, log=("bang",)
)


def progress(trouble: str = "", at: float = NOW, **services: ServiceProgress) -> Progress:
    return Progress(
        app=SHOP,
        environment=PRODUCTION,
        at=at,
        services={ServiceName(name): each for name, each in services.items()},
        trouble=trouble,
    )


def test_it_is_completed_when_every_service_was_settled_for_the_bake_time() -> None:
    verdict = judge(progress(web=SETTLED, worker=SETTLED), ROLLOUT, NOW - 9, NOW)

    assert verdict is not None
    assert verdict.state is RolloutState.COMPLETED
    assert verdict.reason == "4 of 4 tasks healthy"


def test_it_is_not_completed_before_the_bake_time_is_over() -> None:
    assert judge(progress(web=SETTLED), ROLLOUT, NOW - 9, NOW - 0.1) is None


def test_it_is_not_completed_while_one_service_is_not_settled() -> None:
    assert judge(progress(web=SETTLED, worker=STARTING), ROLLOUT, NOW - 9, NOW) is None


def test_it_is_not_completed_while_nothing_can_be_observed() -> None:
    assert judge(progress("Docker does not answer", web=SETTLED), ROLLOUT, NOW - 9, NOW) is None


def test_an_observation_from_before_the_deployment_is_no_proof() -> None:
    assert judge(progress(at=NOW - 10, web=SETTLED), ROLLOUT, NOW - 9, NOW) is None


def test_an_observation_of_another_deployment_is_no_proof() -> None:
    assert judge(progress(web=SETTLED), ROLLOUT, NOW - 9, NOW, deployment=DeploymentId(2)) is None


def test_an_environment_without_services_has_no_verdict() -> None:
    assert judge(progress(), ROLLOUT, NOW - 9, NOW) is None


def test_a_first_task_that_never_became_healthy_fails_it_at_once() -> None:
    sick = replace(STARTING, unhealthy=1, facts=replace(FACTS, exit=None, probe=SICK))

    verdict = judge(progress(worker=SETTLED, web=sick), ROLLOUT, NOW - 30, NOW)

    assert verdict is not None
    assert verdict.state is RolloutState.FAILED
    assert verdict.service == "web"
    assert verdict.reason == "web: GET /healthz answered 500"
    assert verdict.facts == sick.facts


def test_a_sick_task_among_healthy_ones_does_not_fail_it_yet() -> None:
    assert judge(progress(web=replace(SETTLED, unhealthy=1, settled_since=None)), ROLLOUT, NOW - 30, NOW) is None


def test_three_tasks_in_a_row_that_were_well_for_a_moment_fail_it() -> None:
    two, three = (replace(STARTING, exits=1, relapses=count, facts=FACTS) for count in (2, 3))

    assert judge(progress(web=two), ROLLOUT, NOW - 9, NOW) is None
    verdict = judge(progress(web=three), ROLLOUT, NOW - 9, NOW)
    assert verdict is not None
    assert verdict.reason == "3 tasks of web became healthy and failed soon after, one after the other"


def test_three_failed_tasks_in_a_row_fail_it() -> None:
    two, three = (replace(STARTING, exits=exits, facts=FACTS) for exits in (2, 3))

    assert judge(progress(web=two), ROLLOUT, NOW - 9, NOW) is None
    verdict = judge(progress(web=three), ROLLOUT, NOW - 9, NOW)
    assert verdict is not None
    assert verdict.reason == "3 tasks of web failed one after the other"
    assert verdict.facts == FACTS


def test_exits_and_sick_tasks_count_together() -> None:
    verdict = judge(progress(web=replace(SETTLED, exits=2, unhealthy=1, facts=FACTS)), ROLLOUT, NOW - 9, NOW)

    assert verdict is not None
    assert verdict.state is RolloutState.FAILED


def test_a_start_that_was_refused_fails_it_at_once() -> None:
    refused = replace(FACTS, exit=Exit(code=-1, error='there is no program "serve" in the image'))

    verdict = judge(progress(web=replace(STARTING, exits=1, facts=refused)), ROLLOUT, NOW - 1, NOW)

    assert verdict is not None
    assert verdict.reason == 'web could not be started: there is no program "serve" in the image'


def test_a_command_that_was_not_found_fails_it_at_once() -> None:
    missing = replace(FACTS, exit=Exit(code=127))

    verdict = judge(progress(web=replace(STARTING, exits=1, facts=missing)), ROLLOUT, NOW - 1, NOW)

    assert verdict is not None
    assert verdict.reason == "web could not be started: its command was not found (exit code 127)"


def test_the_time_out_names_what_is_not_settled() -> None:
    verdict = judge(progress(web=replace(STARTING, healthy=1, serving=1, old=2)), ROLLOUT, NOW - 600, NOW)

    assert verdict is not None
    assert verdict.state is RolloutState.FAILED
    assert verdict.reason == "not completed within 600 s: 1 of 2 tasks of web healthy, 1 serving, 2 old"


def test_the_time_out_names_the_trouble() -> None:
    verdict = judge(progress("Docker does not answer", web=SETTLED), ROLLOUT, NOW - 600, NOW)

    assert verdict is not None
    assert verdict.reason == "not completed within 600 s: Docker does not answer"


def test_the_time_out_holds_without_any_observation() -> None:
    verdict = judge(progress(), ROLLOUT, NOW - 600, NOW)

    assert verdict is not None
    assert verdict.reason == "not completed within 600 s"


@pytest.mark.parametrize(("desired", "tasks"), [(0, 3), (1, 3), (6, 3), (7, 4), (25, 13), (400, 200), (800, 200)])
def test_the_circuit_breaker_opens_at_half_of_the_tasks(desired: int, tasks: int) -> None:
    assert threshold(desired) == tasks


def test_progress_counts_each_service() -> None:
    tasks = (
        task("a", target="ready", release=2),
        task("b", release=2),
        task("c", "starting", release=2),
        task("d", target="draining"),
        task("e", "ended"),
        task("f", service="worker"),
    )
    failures = {(DeploymentId(2), ServiceName("web")): Failures(exits=1, unhealthy=2, facts=FACTS)}

    result = rollout.progress(desire(web(3, release=2), worker()), observe(*tasks), failures, None, NOW)

    assert result.services[ServiceName("web")] == ServiceProgress(
        deployment=DeploymentId(2),
        desired=3,
        running=3,
        healthy=2,
        serving=1,
        old=1,
        exits=1,
        unhealthy=2,
        facts=FACTS,
    )
    assert result.services[ServiceName("worker")].settled_since == NOW


def test_a_service_stays_settled_since_it_first_was() -> None:
    desired, observed = desire(web()), observe(task("a", target="ready"))

    first = rollout.progress(desired, observed, {}, None, NOW)
    second = rollout.progress(desired, observed, {}, first, NOW + 5)
    broken = rollout.progress(desired, observe(task("a")), {}, second, NOW + 6)
    third = rollout.progress(desired, observed, {}, broken, NOW + 7)

    assert [each.services[ServiceName("web")].settled_since for each in (first, second, broken, third)] == [
        NOW,
        NOW,
        None,
        NOW + 7,
    ]


def test_what_could_not_be_seen_was_not_settled() -> None:
    desired, observed = desire(web()), observe(task("a", target="ready"))
    first = rollout.progress(desired, observed, {}, None, NOW)

    after = rollout.progress(desired, observed, {}, replace(first, trouble="Docker does not answer"), NOW + 5)

    assert after.services[ServiceName("web")].settled_since == NOW + 5


def test_another_deployment_begins_its_own_time() -> None:
    first = rollout.progress(desire(web()), observe(task("a", target="ready")), {}, None, NOW)

    again = observe(task("b", target="ready", release=2))
    after = rollout.progress(desire(web(release=2)), again, {}, first, NOW + 5)

    assert after.services[ServiceName("web")].settled_since == NOW + 5

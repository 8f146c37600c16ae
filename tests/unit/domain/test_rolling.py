"""What an engine that rolls by itself is given, and when; what its word comes to."""

from dataclasses import replace

from fairway.domain import rolling
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.facts import Facts
from fairway.domain.health import Health, HealthState
from fairway.domain.ids import DeploymentId, ReleaseNumber, ServiceName, TaskId
from fairway.domain.observed import Exit, ObservedEnvironment
from fairway.domain.rolled import ObservedService
from fairway.domain.rollout import Failures
from fairway.domain.verdict import judge
from support.orchestrator_world import NOW, PRODUCTION, SHOP, Rollout, desire, spec, task, web, worker

DONE = RolloutState.COMPLETED
WEB = ServiceName("web")


def seen(
    replicas: int = 2, release: int = 1, *, running: int | None = None, service: str = "web", **words: object
) -> ObservedService:
    """A steady service, but for what is said."""
    made = ObservedService(
        app=SHOP,
        environment=PRODUCTION,
        service=ServiceName(service),
        deployment=DeploymentId(release),
        release=ReleaseNumber(release),
        replicas=replicas,
        running=replicas if running is None else running,
        rollout=DONE,
    )
    return replace(made, **words)  # type: ignore[arg-type]


def plan(desired: DesiredEnvironment | None, *services: ObservedService, **words: object) -> str:
    observed = ObservedEnvironment(services=services, **words)  # type: ignore[arg-type]
    return str(rolling.reconcile(desired, observed, NOW))


def test_a_service_that_is_missing_is_applied_with_the_one_that_is_routed_marked() -> None:
    made = rolling.reconcile(desire(web(2), worker(1)), ObservedEnvironment(), NOW)

    assert str(made) == (
        "[1] web:release 1, ApplyService, it is not there yet\n[2] worker:release 1, ApplyService, it is not there yet"
    )
    assert [getattr(each, "routed", None) for each in made.operations] == [True, False]
    assert made.look_again is None


def test_a_service_as_desired_is_left_alone() -> None:
    made = rolling.reconcile(desire(web(2)), ObservedEnvironment(services=(seen(2),)), NOW)

    assert (made.operations, made.look_again) == ((), None)


def test_another_release_and_another_deployment_of_the_same_are_applied() -> None:
    restarted = desire(replace(web(2), spec=replace(spec(), deployment=DeploymentId(9))))

    assert plan(desire(web(2, 2)), seen(2)) == "[1] web:release 2, ApplyService, release 2 in place of 1"
    assert plan(restarted, seen(2)) == "[1] web:release 1, ApplyService, deployment 9 in place of 1"


def test_what_somebody_else_gave_the_engine_is_put_right() -> None:
    strange = seen(2, deployment=DeploymentId(0), release=ReleaseNumber(0))

    assert plan(desire(web(2)), strange) == (
        "[1] web:release 1, ApplyService, the engine has it otherwise than Fairway gave it"
    )


def test_another_count_is_applied() -> None:
    assert plan(desire(web(3)), seen(2)) == "[1] web:release 1, ApplyService, scaled from 2 to 3"


def test_while_the_engine_is_at_work_it_is_waited_for_and_looked_at_again() -> None:
    busy = seen(2, running=1, pending=1, old=2, failed=1, rollout=RolloutState.IN_PROGRESS)

    made = rolling.reconcile(desire(web(2)), ObservedEnvironment(services=(busy,)), NOW)

    assert str(made) == "[1] web:deployment 1, WaitSteady, 1 of 2 tasks run, 1 starting, 2 old ones left, 1 failed"
    assert made.look_again == NOW + rolling.LOOK


def test_what_is_being_given_is_not_given_again() -> None:
    given = seen(0, deployment=DeploymentId(0), busy="ApplyService")

    assert plan(desire(web(2)), given) == "[1] web:deployment 1, WaitSteady, it is being given to the engine"


def test_a_deployment_that_the_engine_gave_up_is_not_applied_again_but_the_next_one_is() -> None:
    back = seen(2, given_up={DeploymentId(2): "tasks failed to start"})

    assert plan(desire(web(2, 2)), back) == (
        "[1] web:deployment 2, WaitSteady, the engine has given it up: tasks failed to start"
    )
    assert plan(desire(web(2, 3)), back) == "[1] web:release 3, ApplyService, release 3 in place of 1"
    assert plan(desire(web(2)), back) == ""


def test_a_first_deployment_that_was_given_up_is_scaled_to_nothing_when_that_is_desired() -> None:
    stalled = seen(1, running=0, rollout=RolloutState.FAILED, reason="tasks failed to start")

    assert plan(desire(web(1)), stalled) == (
        "[1] web:deployment 1, WaitSteady, the engine has given it up: tasks failed to start"
    )
    assert plan(desire(web(0)), stalled) == "[1] web:release 1, ApplyService, scaled from 1 to 0"
    assert plan(desire(web(0)), replace(stalled, replicas=0)) == ""


def test_what_the_engine_refused_is_not_asked_for_again() -> None:
    refusals = {(DeploymentId(2), WEB): "there is no such role"}

    assert plan(desire(web(2, 2)), refusals=refusals) == (
        "[1] web:deployment 2, WaitSteady, the engine would not begin it: there is no such role"
    )
    assert plan(desire(web(2, 2)), seen(2), refusals=refusals) == (
        "[1] web:deployment 2, WaitSteady, the engine has given it up: there is no such role"
    )
    assert plan(desire(web(2)), seen(2), refusals=refusals) == ""


def test_a_service_that_is_not_desired_is_removed_and_waited_for() -> None:
    leaving = seen(0, running=1, service="worker", leaving=True)

    assert plan(desire(web(2)), seen(2), seen(1, service="worker")) == (
        "[1] worker, RemoveService, the service was removed"
    )
    assert plan(desire(web(2)), seen(2), leaving) == (
        "[1] worker, WaitRemoved, the service was removed: 1 of 0 tasks run"
    )
    assert plan(None, seen(2)) == "[1] web, RemoveService, the environment is taken down"


def test_under_the_name_of_one_that_is_leaving_none_is_made_yet() -> None:
    assert plan(desire(web(2)), seen(0, running=1, leaving=True)) == (
        "[1] web, WaitRemoved, 1 of 0 tasks run; then it is made anew"
    )


def test_nothing_is_settled_before_the_engine_calls_it_complete() -> None:
    healthy = replace(task("a"), health=Health(state=HealthState.HEALTHY))
    rolls = seen(1, rollout=RolloutState.IN_PROGRESS)
    observed = ObservedEnvironment(tasks=(healthy,), services=(rolls,))

    before = rolling.progress(desire(web(1)), observed, {}, None, NOW)
    after = rolling.progress(desire(web(1)), replace(observed, services=(seen(1),)), {}, before, NOW + 1)

    assert (before.services[WEB].healthy, before.services[WEB].serving) == (1, 0)
    assert before.services[WEB].settled_since is None
    assert after.services[WEB].settled_since == NOW + 1


def test_tasks_of_another_deployment_and_those_above_the_count_are_old() -> None:
    other = rolling.progress(desire(web(2, 2)), ObservedEnvironment(services=(seen(2, old=1),)), {}, None, NOW)
    above = rolling.progress(desire(web(1)), ObservedEnvironment(services=(seen(1, running=3),)), {}, None, NOW)

    assert (other.services[WEB].running, other.services[WEB].old) == (0, 3)
    assert (above.services[WEB].running, above.services[WEB].old) == (3, 2)
    assert above.services[WEB].settled_since is None


def test_the_verdict_is_the_engines_own_with_its_reason() -> None:
    desired = desire(web(2, 2))
    back = seen(2, given_up={DeploymentId(2): "ECS deployment circuit breaker: tasks failed to start."})

    progress = rolling.progress(desired, ObservedEnvironment(services=(back,)), {}, None, NOW)
    verdict = judge(progress, Rollout(), NOW - 1, NOW, deployment=DeploymentId(2))

    assert verdict is not None
    assert verdict.state is RolloutState.FAILED
    assert verdict.reason == "web: ECS deployment circuit breaker: tasks failed to start."


def test_what_was_given_up_is_withheld_while_its_cause_is_looked_into() -> None:
    back = seen(2, given_up={DeploymentId(2): "tasks failed to start"})
    progress = rolling.progress(desire(web(2, 2)), ObservedEnvironment(services=(back,)), {}, None, NOW)

    assert judge(rolling.withhold(progress), Rollout(), NOW - 1, NOW, deployment=DeploymentId(2)) is None


def test_of_one_failed_start_nothing_follows_yet_but_of_three_in_a_row() -> None:
    facts = Facts(
        task=TaskId("a"),
        spec=spec(),
        exit=Exit(code=-1, error="CannotPullContainerError"),
        lived=0.0,
        probe=None,
        sockets=None,
        usage=None,
        log=(),
    )
    starting = ObservedEnvironment(services=(seen(1, running=0, pending=1, rollout=RolloutState.IN_PROGRESS),))

    def verdict(exits: int) -> object:
        failures = {(DeploymentId(1), WEB): Failures(exits=exits, facts=facts)}
        progress = rolling.progress(desire(web(1)), starting, failures, None, NOW)
        return judge(progress, Rollout(), NOW - 1, NOW, deployment=DeploymentId(1))

    assert verdict(1) is None
    assert getattr(verdict(3), "reason", "") == "3 tasks of web failed one after the other"


def test_a_closed_environment_has_no_task_and_keeps_its_counts() -> None:
    closed = replace(desire(web(2, 1)), closed=True)

    assert "ApplyService, scaled from 2 to 0" in plan(closed, seen(2, 1))
    assert plan(closed, seen(0, 1)) == ""
    assert plan(closed) == ""
    assert rolling.progress(closed, ObservedEnvironment(services=(seen(0, 1),)), {}, None, NOW).closed
    assert "ApplyService, scaled from 0 to 2" in plan(replace(closed, closed=False), seen(0, 1))

"""What is deployed, what a failure goes back to, and what a person may do to an environment."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from fairway.deploy import turn
from fairway.domain.deployment import Deployment, RolloutState
from fairway.domain.ids import ExecutionNumber, ReleaseNumber, ServiceName
from fairway.errors import Conflict, NotFound, UsageError
from support.pipeline_deploys import Yard, other_image, running
from support.pipeline_values import APP, DESCRIPTION, IMAGE, PRODUCTION, STAGING, WEB, make_release


@pytest.fixture
async def yard() -> Yard:
    made = Yard()
    await made.store.apps.create(APP, at=1.0)
    return made


async def ended(yard: Yard, deployment: Deployment) -> Deployment:
    while (now := await yard.store.deployments.get(APP, deployment.id)).state is RolloutState.IN_PROGRESS:
        await yard.clock.sleep(1.0)
    return now


async def test_a_deployment_is_completed_when_its_tasks_serve_and_stay_so(yard: Yard) -> None:
    async with running(yard):
        began = yard.clock.now()
        deployment = await yard.deploy(42)

    assert deployment.state is RolloutState.COMPLETED
    assert (deployment.id, deployment.release, deployment.previous) == (1, 1, None)
    assert deployment.reason == "3 of 3 tasks healthy"
    assert yard.clock.now() - began >= DESCRIPTION.rollout.bake
    assert deployment.key == "execution/42/production"


async def test_what_is_desired_is_what_the_release_describes(yard: Yard) -> None:
    await yard.store.configurations.add(APP, PRODUCTION, {"A": b"1"}, expected=0, at=1.0)
    async with running(yard):
        await yard.deploy(42)

    desired = await yard.desired()
    assert desired.hosts == ("shop-api-production.localhost", "shop-api.localhost", "api.example.com")
    web, worker = desired.services
    assert (web.replicas, worker.replicas) == (2, 1)
    assert (web.spec.image, web.spec.configuration, web.spec.release, web.spec.port) == (IMAGE, 1, 1, 3000)
    assert worker.spec.command == ("node", "worker.js")
    release = await yard.store.releases.get(APP, 1)
    assert (release.image, release.description, release.execution) == (IMAGE, DESCRIPTION, 42)


async def test_what_becomes_of_plain_requests_is_what_the_release_describes(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
        before = await yard.desired()
        await yard.deploy(42, replace(DESCRIPTION, redirect=False))

    assert (before.redirect, (await yard.desired()).redirect) == (True, False)


async def test_only_production_gets_the_short_host_name(yard: Yard) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            await yard.deploy(42, replace(DESCRIPTION, name=STAGING, domains=()))

    desired = await yard.store.desired.get(APP, STAGING)
    assert desired is not None
    assert desired.hosts == ("shop-api-staging.localhost",)


async def test_a_failed_deployment_goes_back_to_the_tasks_that_still_run(yard: Yard) -> None:
    async with running(yard, fails=frozenset({2})):
        first = await yard.deploy(41)
        before = await yard.desired()
        failed = await yard.deploy(42, image=other_image(2))

    assert failed.state is RolloutState.FAILED
    assert failed.previous == first.release == 1
    assert failed.reason == "web: GET /healthz answered 500; release 1 still serves"
    assert failed.cause is not None
    assert failed.cause.sentence == "diagnosed GET /healthz answered 500"
    after = await yard.desired()
    assert after.services == before.services, "the same deployment ids: the tasks simply stay"


async def test_it_is_not_said_that_the_old_release_serves_when_that_was_not_seen(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
    async with running(yard, fails=frozenset({1, 2})):
        failed = await yard.deploy(42)

    assert failed.reason.endswith("release 1 is being started again")


async def test_a_first_deployment_that_fails_leaves_no_task_running(yard: Yard) -> None:
    async with running(yard, fails=frozenset({1})):
        failed = await yard.deploy(41)

    assert failed.reason.endswith("no release serves: there was none before")
    desired = await yard.desired()
    assert [each.replicas for each in desired.services] == [0, 0]


async def test_a_deployment_that_nothing_is_seen_of_ends_with_its_time(yard: Yard) -> None:
    began = yard.clock.now()
    deployment = await yard.deploy(41)

    assert deployment.state is RolloutState.FAILED
    assert deployment.reason.startswith("not completed within 600 s: nothing was observed yet")
    assert 600 <= yard.clock.now() - began < 610


async def test_the_log_tells_how_far_it_is(yard: Yard) -> None:
    async with running(yard, fails=frozenset({2})):
        await yard.deploy(41)
        await yard.deploy(42)

    assert yard.log[0] == f"release 1, deployment 1: {IMAGE.reference}"
    assert "web: 2 of 2 running, 2 healthy, 2 serving, 0 old" in yard.log
    assert "  web │ Error: database is down" in yard.log


async def test_a_resumed_deploy_goes_on_with_the_same_release_and_deployment(yard: Yard) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await yard.deploy(42)
    assert (await yard.store.deployments.get(APP, 1)).state is RolloutState.IN_PROGRESS

    again = Yard(yard.store)
    async with running(again):
        deployment = await again.deploy(42)

    assert (deployment.id, deployment.release, deployment.state) == (1, 1, RolloutState.COMPLETED)
    assert len(await yard.store.releases.list(APP)) == 1
    assert (await yard.desired()).version == 1


async def test_a_server_that_was_away_for_long_does_not_call_a_deployment_too_slow(yard: Yard) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await yard.deploy(42)
    await yard.clock.sleep(3600)

    again = Yard(yard.store)
    async with running(again):
        deployment = await again.deploy(42)

    assert deployment.state is RolloutState.COMPLETED


async def test_a_deploy_that_has_its_verdict_is_not_made_again(yard: Yard) -> None:
    async with running(yard, fails=frozenset({2})):
        await yard.deploy(41)
        first = await yard.deploy(42)
        second = await yard.deploy(42)

    assert second == first
    assert len(await yard.store.deployments.list(APP)) == 2


async def test_a_deployment_under_way_refuses_what_people_do(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await yard.deploy(42)

    attempts: list[Callable[[], Awaitable[Any]]] = [
        lambda: yard.deployer.find_ways_back(APP, PRODUCTION),
        lambda: yard.deployer.restart(APP, PRODUCTION),
        lambda: yard.deployer.scale(APP, PRODUCTION, {ServiceName("web"): 3}),
    ]
    for attempt in attempts:
        with pytest.raises(Conflict, match="is just being deployed"):
            await attempt()


async def test_deployments_to_one_environment_have_their_turns_in_the_order_in_which_they_came(yard: Yard) -> None:
    async with running(yard), asyncio.TaskGroup() as group:
        tasks = [group.create_task(yard.deploy(number, image=other_image(number))) for number in (41, 42, 43)]

    assert [task.result().state for task in tasks] == [RolloutState.COMPLETED] * 3
    kept = await yard.store.deployments.list(APP)
    assert [each.key for each in reversed(kept)] == [f"execution/{number}/production" for number in (41, 42, 43)]
    assert all(later.started_at >= (earlier.ended_at or 0) for later, earlier in pairwise(kept))
    assert (await yard.desired()).services[0].spec.image == other_image(43)
    assert "deployment 1 to production is under way; this one waits for its turn" in yard.log


async def test_a_deployment_waits_for_a_restart(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
        restart = await yard.deployer.restart(APP, PRODUCTION)

        deployment = await yard.deploy(42)

    assert deployment.state is RolloutState.COMPLETED
    assert (await yard.store.deployments.get(APP, restart.id)).state is RolloutState.COMPLETED


async def test_a_turn_that_never_comes_is_refused_in_the_end_and_nothing_is_changed(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await yard.deploy(42)
    began, before = yard.clock.now(), await yard.desired()

    with pytest.raises(Conflict, match="release 2 is just being deployed"):
        await yard.deploy(43)

    assert yard.clock.now() - began == pytest.approx(turn.LONGEST, abs=turn.LOOK)
    assert await yard.desired() == before


async def test_whose_deployment_a_dead_server_has_begun_goes_on_whoever_stands_in_line_before(yard: Yard) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await yard.deploy(41)
    after = Yard(yard.store)
    began = after.clock.now()

    async with running(after), asyncio.TaskGroup() as group:
        second = group.create_task(after.deploy(42, image=other_image(42)))
        await after.clock.sleep(1)
        first = group.create_task(after.deploy(41))

    assert [each.result().state for each in (first, second)] == [RolloutState.COMPLETED] * 2
    assert [each.result().id for each in (first, second)] == [1, 2]
    assert after.clock.now() - began < turn.LONGEST


async def test_no_way_back_leads_to_a_deployment_that_failed_and_was_not_taken_back_yet(yard: Yard) -> None:
    async with running(yard):
        good = await yard.deploy(41)
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await yard.deploy(42)
    failed = (await yard.store.deployments.list(APP))[0]
    await yard.store.deployments.finish(APP, failed.id, RolloutState.FAILED, reason="stopped", at=1.0)

    async with running(yard, fails=frozenset({failed.id + 1})):
        last = await yard.deploy(43)

    assert last.state is RolloutState.FAILED
    assert last.previous == good.release
    assert {each.spec.deployment for each in (await yard.desired()).services} == {good.id}


async def test_who_is_stopped_while_it_waits_leaves_its_place_to_the_next(yard: Yard) -> None:
    async with running(yard), asyncio.TaskGroup() as group:
        first = group.create_task(yard.deploy(41))
        second = group.create_task(yard.deploy(42))
        third = group.create_task(yard.deploy(43))
        await asyncio.sleep(0.5)
        second.cancel()

    assert (first.result().state, third.result().state) == (RolloutState.COMPLETED, RolloutState.COMPLETED)
    assert second.cancelled()


async def test_an_abandoned_deployment_goes_back_at_once(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
    before = await yard.desired()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(yard.deploy(42))
        await asyncio.sleep(5)
        task.cancel()

    await yard.deployer.abandon(APP, PRODUCTION, 42)  # type: ignore[arg-type]
    await yard.deployer.abandon(APP, PRODUCTION, 42)  # type: ignore[arg-type]

    deployment = await yard.store.deployments.get(APP, 2)
    assert (deployment.state, deployment.reason) == (RolloutState.FAILED, "the execution was stopped")
    assert (await yard.desired()).services == before.services


async def test_who_waits_for_an_abandoned_deployment_is_told(yard: Yard) -> None:
    async with running(yard), asyncio.TaskGroup() as group:
        await yard.deploy(41)
        waiting = group.create_task(yard.deploy(42))
        await asyncio.sleep(0.5)
        await yard.deployer.abandon(APP, PRODUCTION, 42)  # type: ignore[arg-type]

    assert waiting.result().reason == "the execution was stopped"


async def go_back(yard: Yard, execution: int, release: int | None = None) -> Deployment:
    """To the first of the ways back, as the execution of a rollback does it."""
    way = (await yard.deployer.find_ways_back(APP, PRODUCTION, release))[0]
    return await yard.deployer.repeat(APP, way.number, ExecutionNumber(execution), yard.log.append)


async def test_a_rollback_is_a_new_release_of_the_last_good_one(yard: Yard) -> None:
    async with running(yard, fails=frozenset({2})):
        await yard.deploy(41, image=other_image(1))
        await yard.deploy(42, image=other_image(2))
        await yard.deploy(43, image=other_image(3))

        deployment = await go_back(yard, 44)

    assert (deployment.state, deployment.key) == (RolloutState.COMPLETED, "execution/44/production")
    release = await yard.store.releases.get(APP, deployment.release)
    assert (release.number, release.rollback_of, release.image) == (4, 1, other_image(1))
    assert release.execution == 44
    assert (await yard.desired()).services[0].spec.image == other_image(1)


async def test_rolling_back_twice_goes_back_twice(yard: Yard) -> None:
    async with running(yard):
        for number in (1, 2, 3):
            await yard.deploy(40 + number, image=other_image(number))

        for expected in (2, 1):
            await go_back(yard, 50 - expected)
            assert (await yard.desired()).services[0].spec.image == other_image(expected)

        assert await yard.deployer.find_ways_back(APP, PRODUCTION) == []


async def test_the_release_before_is_the_one_that_was_deployed_before_whatever_its_number(yard: Yard) -> None:
    async with running(yard):
        # The execution's release is made, and its turn to deploy comes after that of another one (mode PARALLEL).
        early = await yard.store.releases.create(make_release(image=other_image(1), execution=ExecutionNumber(41)))
        assert early.number == 1
        await yard.deploy(42, image=other_image(2))
        await yard.deploy(41, image=other_image(1))

        await go_back(yard, 43)

    assert (await yard.desired()).services[0].spec.image == other_image(2)


async def test_a_rollback_can_name_its_release(yard: Yard) -> None:
    async with running(yard):
        for number in (1, 2, 3):
            await yard.deploy(40 + number, image=other_image(number))
        await go_back(yard, 44, 1)

    assert (await yard.desired()).services[0].spec.image == other_image(1)


async def test_a_rollback_to_what_is_not_there_is_refused(yard: Yard) -> None:
    async with running(yard, fails=frozenset({2})):
        await yard.deploy(41)
        await yard.deploy(42)
        staging = await yard.store.releases.create(
            replace(await yard.store.releases.get(APP, 1), environment=STAGING, execution=None)
        )

        with pytest.raises(NotFound, match="no release 9"):
            await yard.deployer.find_ways_back(APP, PRODUCTION, 9)
        with pytest.raises(UsageError, match="was made for staging"):
            await yard.deployer.find_ways_back(APP, PRODUCTION, staging.number)
        with pytest.raises(Conflict, match="can't go back to release 2") as never:
            await yard.deployer.find_ways_back(APP, PRODUCTION, 2)
        with pytest.raises(NotFound, match="nothing was deployed"):
            await yard.deployer.find_ways_back(APP, STAGING)
    assert never.value.why == "that release never succeeded in production"


async def test_a_rollback_that_a_dead_server_began_goes_on_with_the_same_release(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41, image=other_image(1))
        await yard.deploy(42, image=other_image(2))
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await go_back(yard, 43)

    again = Yard(yard.store)
    async with running(again):
        concluded = await again.deployer.repeat(APP, ReleaseNumber(1), ExecutionNumber(43), again.log.append)

    assert (concluded.state, concluded.release) == (RolloutState.COMPLETED, 3)
    assert len(await yard.store.releases.list(APP)) == 3


async def test_a_failure_that_was_not_taken_back_before_the_server_died_is_taken_back(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
    before = await yard.desired()
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await yard.deploy(42)
    await yard.store.deployments.finish(APP, 2, RolloutState.FAILED, reason="it failed", at=1.0)  # type: ignore[arg-type]

    again = Yard(yard.store)
    async with running(again):
        await asyncio.sleep(1)

    assert (await yard.desired()).services == before.services


async def test_a_deployment_that_never_reached_the_desired_state_is_given_up(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
    await yard.store.deployments.start(APP, PRODUCTION, ReleaseNumber(1), previous=None, at=1.0, key="restart/abc")

    again = Yard(yard.store)
    async with running(again):
        await asyncio.sleep(1)

    deployment = await yard.store.deployments.get(APP, 2)
    assert (deployment.state, deployment.reason) == (
        RolloutState.FAILED,
        "the server ended before the deployment began",
    )


async def test_a_restart_replaces_the_tasks_of_one_service_with_the_latest_variables(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
        await yard.store.configurations.add(APP, PRODUCTION, {"A": b"1"}, expected=0, at=1.0)

        deployment = await ended(yard, await yard.deployer.restart(APP, PRODUCTION, ServiceName("web")))

    assert deployment.state is RolloutState.COMPLETED
    web, worker = (await yard.desired()).services
    assert (web.spec.deployment, web.spec.configuration, web.spec.release) == (2, 1, 2)
    assert (worker.spec.deployment, worker.spec.configuration, worker.spec.release) == (1, 0, 1)


async def test_a_restart_with_other_variables_is_a_release_to_go_back_from(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
        await yard.store.configurations.add(APP, PRODUCTION, {"A": b"1"}, expected=0, at=1.0)

        await ended(yard, await yard.deployer.restart(APP, PRODUCTION))
        await ended(yard, await yard.deployer.restart(APP, PRODUCTION))

        ways = await yard.deployer.find_ways_back(APP, PRODUCTION)

    made = await yard.store.releases.list(APP)
    assert [(each.number, each.configuration, each.execution) for each in made] == [(2, 1, 41), (1, 0, 41)]
    assert made[0].image == made[1].image
    assert [way.number for way in ways] == [1]


async def test_a_restart_that_fails_goes_back_to_the_variables_before(yard: Yard) -> None:
    async with running(yard, fails=frozenset({2})):
        await yard.deploy(41)
        before = await yard.desired()
        await yard.store.configurations.add(APP, PRODUCTION, {"A": b"1"}, expected=0, at=1.0)

        deployment = await ended(yard, await yard.deployer.restart(APP, PRODUCTION))

    assert deployment.state is RolloutState.FAILED
    assert (await yard.desired()).services == before.services


async def test_scaling_changes_the_number_until_the_next_deploy(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
        changes = await yard.deployer.scale(APP, PRODUCTION, {ServiceName("web"): 5})
        assert changes == {"web": (2, 5)}
        scaled = await yard.desired()
        assert [each.replicas for each in scaled.services] == [5, 1]
        assert scaled.services[0].spec.deployment == 1

        same = await yard.deployer.scale(APP, PRODUCTION, {ServiceName("web"): 5})
        assert same == {"web": (5, 5)}
        assert (await yard.desired()).version == scaled.version

        await yard.deploy(42)

    assert [each.replicas for each in (await yard.desired()).services] == [WEB.replicas, 1]


@pytest.mark.parametrize(("service", "count"), [("web", -1), ("web", 1001), ("wev", 2)])
async def test_what_cannot_be_scaled_changes_nothing(yard: Yard, service: str, count: int) -> None:
    async with running(yard):
        await yard.deploy(41)
    before = await yard.desired()

    with pytest.raises(UsageError):
        await yard.deployer.scale(APP, PRODUCTION, {ServiceName("worker"): 2, ServiceName(service): count})

    assert await yard.desired() == before


async def test_down_takes_everything_away_and_a_deploy_brings_it_back(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
        await yard.deployer.down(APP, PRODUCTION)
        assert (await yard.desired()).services == ()
        assert (await yard.desired()).hosts == ()

        with pytest.raises(Conflict, match="was taken down"):
            await yard.deployer.restart(APP, PRODUCTION)

        deployment = await yard.deploy(42)

    assert deployment.state is RolloutState.COMPLETED
    assert deployment.previous is None


async def test_down_ends_a_deployment_under_way(yard: Yard) -> None:
    async with running(yard), asyncio.TaskGroup() as group:
        await yard.deploy(41)
        waiting = group.create_task(yard.deploy(42))
        await asyncio.sleep(0.5)
        await yard.deployer.down(APP, PRODUCTION)

    assert waiting.result().reason == "the environment was taken down"
    assert (await yard.desired()).services == ()


async def test_nothing_can_be_done_where_nothing_was_deployed(yard: Yard) -> None:
    for attempt in (yard.deployer.restart, yard.deployer.down, yard.deployer.find_ways_back):
        with pytest.raises(NotFound, match="nothing was deployed to production") as caught:
            await attempt(APP, PRODUCTION)
        # It may be a slip of the pen, to which nothing should be deployed.
        assert caught.value.hint.startswith("fairway status has the environments")


async def test_what_happens_is_announced(yard: Yard) -> None:
    events = yard.notices.follow()
    async with running(yard, fails=frozenset({2})):
        await yard.deploy(41)
        await yard.deploy(42)

    seen = [await anext(events) for _ in range(4)]
    assert [(event.kind, event.deployment) for event in seen] == [
        ("deployment.started", 1),
        ("deployment.completed", 1),
        ("deployment.started", 2),
        ("deployment.failed", 2),
    ]
    assert seen[1].text == "release 1 is deployed to production: 3 of 3 tasks healthy"


async def test_an_app_deleted_meanwhile_ends_the_watch(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
        await yard.deployer.restart(APP, PRODUCTION)
        await yard.store.apps.delete(APP)
        await asyncio.sleep(700)

    assert await yard.store.deployments.list(APP) == []


async def test_a_deployment_that_another_server_left_is_seen_through(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(42)
    heir = Yard(store=yard.store)
    async with running(heir):
        await heir.clock.sleep(1.0)
        left = await yard.deployer.restart(APP, PRODUCTION)
        await heir.clock.sleep(60.0)
        assert (await yard.store.deployments.get(APP, left.id)).state is RolloutState.IN_PROGRESS

        await heir.deployer.take_over({APP})

        assert (await ended(heir, left)).state is RolloutState.COMPLETED


async def test_a_restart_that_is_stopped_leaves_the_tasks_of_before(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
        before = await yard.desired()
        restart = await yard.deployer.restart(APP, PRODUCTION)

        stopped = await yard.deployer.stop(APP, restart.id, reason="wrong service", by="ann")
        await yard.clock.sleep(700)

        after = await yard.desired()
        again = await yard.deployer.restart(APP, PRODUCTION)
        assert (await ended(yard, again)).state is RolloutState.COMPLETED
    assert (stopped.state, stopped.reason) == (RolloutState.FAILED, "stopped by ann: wrong service")
    assert await yard.store.deployments.get(APP, restart.id) == stopped, "nothing is said twice"
    assert after.services == before.services, "the same deployment ids: the tasks simply stay"


async def test_a_stop_whose_server_dies_before_the_way_back_is_finished_by_the_next(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41)
        before = await yard.desired()
        restart = await yard.deployer.restart(APP, PRODUCTION)
    await yard.store.deployments.finish(APP, restart.id, RolloutState.FAILED, reason="stopped by ann", at=9.0)

    heir = Yard(yard.store)
    async with running(heir):
        await heir.clock.sleep(1.0)

    assert (await heir.desired()).services == before.services


async def test_two_who_stop_at_once_stop_it_once(yard: Yard) -> None:
    async with running(yard, conductor=False):
        await yard.deploy(41)
        restart = await yard.deployer.restart(APP, PRODUCTION)

        both = await asyncio.gather(
            *(yard.deployer.stop(APP, restart.id, by=name) for name in ("ann", "ben")), return_exceptions=True
        )

    assert sorted(type(each).__name__ for each in both) == ["Conflict", "Deployment"]


async def test_what_has_ended_or_is_an_executions_is_not_stopped_by_itself(yard: Yard) -> None:
    async with running(yard):
        done = await yard.deploy(41)
        with pytest.raises(Conflict, match="can't be stopped") as over:
            await yard.deployer.stop(APP, done.id)
        with pytest.raises(NotFound):
            await yard.deployer.stop(APP, 99)
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await yard.deploy(42)
    with pytest.raises(Conflict, match="by itself") as executions:
        await yard.deployer.stop(APP, 2)
    with pytest.raises(Conflict) as refused:
        await yard.deployer.restart(APP, PRODUCTION)

    assert over.value.why == "it is COMPLETED: 3 of 3 tasks healthy"
    assert executions.value.hint == "fairway stop 42"
    assert refused.value.hint.endswith("or stop it: fairway stop 42")


async def test_a_deployment_of_an_app_that_was_not_taken_over_is_left_alone(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(42)
    heir = Yard(store=yard.store)
    async with running(heir):
        await heir.clock.sleep(1.0)
        left = await yard.deployer.restart(APP, PRODUCTION)

        await heir.deployer.take_over(set())
        await heir.clock.sleep(60.0)

        assert (await yard.store.deployments.get(APP, left.id)).state is RolloutState.IN_PROGRESS

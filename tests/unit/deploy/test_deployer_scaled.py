"""Deployments of services that are scaled, and what a person says of their counts."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from fairway.adapters.memory.host import MemoryHostSize
from fairway.deploy.admitting import Admitting
from fairway.deploy.counts import Counts
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.scaling import Metric, Scaling, Tracking
from fairway.domain.scaling_activity import By
from fairway.errors import UsageError
from support.pipeline_deploys import Yard, running
from support.pipeline_values import APP, DESCRIPTION, PRODUCTION, WEB


@pytest.fixture
async def yard() -> Yard:
    made = Yard()
    await made.store.apps.create(APP, at=1.0)
    return made


SCALED = replace(
    WEB,
    scaling=Scaling(minimum=2, maximum=10, policies=(Tracking(metric=Metric.REQUESTS_PER_TASK, target=50),)),
)
SCALED_DESCRIPTION = replace(DESCRIPTION, services=(SCALED, *DESCRIPTION.services[1:]))


def counts(desired: DesiredEnvironment) -> list[int]:
    return [each.replicas for each in desired.services]


async def reach(yard: Yard, count: int) -> None:
    """What scaling does in its room."""
    now = await yard.desired()
    web, *others = now.services
    await yard.store.activities.scale(replace(now, services=(replace(web, replicas=count), *others)), [])


async def test_a_deployment_begins_with_the_count_that_scaling_has_reached(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41, SCALED_DESCRIPTION)
        await reach(yard, 7)

        await yard.deploy(42, SCALED_DESCRIPTION)

    assert counts(await yard.desired()) == [7, 1]


async def test_the_new_bounds_hold_for_what_scaling_has_reached(yard: Yard) -> None:
    lower = replace(SCALED, scaling=Scaling(minimum=1, maximum=4))
    async with running(yard):
        await yard.deploy(41, SCALED_DESCRIPTION)
        await reach(yard, 7)

        await yard.deploy(42, replace(DESCRIPTION, services=(lower, *DESCRIPTION.services[1:])))
        held = counts(await yard.desired())
        await yard.deploy(43)

    assert held == [4, 1]
    assert counts(await yard.desired()) == [WEB.replicas, 1], "without scaling fairway.toml's number holds"


async def test_a_deployment_of_what_was_scaled_to_nothing_begins_with_a_task(yard: Yard) -> None:
    none = replace(DESCRIPTION, services=(replace(SCALED, replicas=1, scaling=Scaling(minimum=0, maximum=4)),))
    async with running(yard):
        await yard.deploy(41, none)
        await reach(yard, 0)

        deployment = await yard.deploy(42, none)

    assert deployment.state is RolloutState.COMPLETED
    assert counts(await yard.desired()) == [1]


async def test_a_failed_deployment_goes_back_with_no_fewer_tasks_than_traffic_asked_for_meanwhile(yard: Yard) -> None:
    async with running(yard, fails=frozenset({2})), asyncio.TaskGroup() as group:
        await yard.deploy(41, SCALED_DESCRIPTION)
        failing = group.create_task(yard.deploy(42, SCALED_DESCRIPTION))
        await asyncio.sleep(0.5)
        await reach(yard, 6)

    assert failing.result().state is RolloutState.FAILED
    assert counts(await yard.desired()) == [6, 1]
    assert (await yard.desired()).services[0].spec.deployment == 1


async def test_a_first_deployment_that_fails_leaves_nothing_that_scaling_would_start_again(yard: Yard) -> None:
    async with running(yard, fails=frozenset({1})):
        failed = await yard.deploy(41, SCALED_DESCRIPTION)

    assert failed.state is RolloutState.FAILED
    assert [(each.replicas, each.scaling) for each in (await yard.desired()).services] == [(0, None), (0, None)]


async def test_a_release_that_is_scaled_to_nothing_is_the_one_that_a_failure_goes_back_to(yard: Yard) -> None:
    none = replace(DESCRIPTION, services=(replace(SCALED, replicas=1, scaling=Scaling(minimum=0, maximum=4)),))
    async with running(yard, fails=frozenset({2})):
        first = await yard.deploy(41, none)
        await reach(yard, 0)
        failed = await yard.deploy(42, none)

    assert (failed.state, failed.previous) == (RolloutState.FAILED, first.release)
    assert (await yard.desired()).services[0].spec.deployment == first.id


class ScaledMeanwhile:
    """Desired states that scaling changes between a look and a write, the first times."""

    def __init__(self, yard: Yard, times: int) -> None:
        self.yard, self.times = yard, times
        self.real = yard.store.desired

    async def get(self, app: AppName, environment: EnvironmentName) -> DesiredEnvironment | None:
        return await self.real.get(app, environment)

    async def list(self) -> Sequence[DesiredEnvironment]:
        return await self.real.list()

    async def put(self, desired: DesiredEnvironment) -> DesiredEnvironment:
        if self.times:
            self.times -= 1
            await reach(self.yard, 5)
        return await self.real.put(desired)


async def test_a_count_that_changes_while_a_deployment_begins_does_not_fail_it(yard: Yard) -> None:
    async with running(yard, conductor=False):
        await yard.deploy(41, SCALED_DESCRIPTION)
        between = Yard(yard.store, desired=ScaledMeanwhile(yard, 2))
        between.board = yard.board
        restarted = await between.deployer.restart(APP, PRODUCTION)

    desired = await yard.desired()
    assert restarted.state is RolloutState.IN_PROGRESS
    assert {each.spec.deployment for each in desired.services} == {restarted.id}
    assert counts(desired) == [5, 1]


async def test_a_count_that_changes_at_the_same_moment_does_not_keep_an_environment_up(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41, SCALED_DESCRIPTION)
    between = Yard(yard.store, desired=ScaledMeanwhile(yard, 1))

    await between.deployer.down(APP, PRODUCTION)

    assert (await yard.desired()).services == ()


async def test_a_person_s_count_within_the_bounds_is_set_and_told_in_the_history(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41, SCALED_DESCRIPTION)

    await yard.deployer.scale(APP, PRODUCTION, {ServiceName("web"): 4, ServiceName("worker"): 1}, by="ada")

    (told,) = await yard.store.activities.list(APP)
    assert (told.before, told.after, told.by, told.cause) == (2, 4, By.PERSON, "ada asked for 4: 2 -> 4")
    assert counts(await yard.desired()) == [4, 1]


async def test_a_person_s_count_outside_of_the_bounds_is_refused_with_what_to_change(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41, SCALED_DESCRIPTION)
    before = await yard.desired()

    with pytest.raises(UsageError) as refused:
        await yard.deployer.scale(APP, PRODUCTION, {ServiceName("worker"): 3, ServiceName("web"): 12}, by="ada")

    assert refused.value.what == "web can't have 12 tasks"
    assert refused.value.why == "scaling keeps it from 2 to 10"
    assert "change max in services.web.scaling of fairway.toml" in refused.value.hint
    assert await yard.desired() == before
    assert list(await yard.store.activities.list(APP)) == []


async def test_a_person_s_count_is_set_although_a_policy_changes_it_at_the_same_moment(yard: Yard) -> None:
    async with running(yard):
        await yard.deploy(41, SCALED_DESCRIPTION)

    async def read_and_be_overtaken() -> DesiredEnvironment:
        found = await yard.desired()
        if found.services[0].replicas == 2:
            await reach(yard, 5)
        return found

    anywhere = Admitting(MemoryHostSize(), yard.store.deployments, yard.store.desired)
    between = Counts(yard.store.activities, anywhere, yard.clock)
    changes = await between.set(read_and_be_overtaken, {ServiceName("web"): 4}, by="ada")

    assert changes == {"web": (5, 4)}
    assert counts(await yard.desired()) == [4, 1]

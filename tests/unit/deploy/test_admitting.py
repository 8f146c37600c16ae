"""What the host has no room for is refused before anything changes, and what has room is not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from fairway.adapters.memory.host import MemoryHostSize
from fairway.adapters.memory.stores import MemoryStore
from fairway.deploy.admitting import Admitting, NoRoom
from fairway.domain.capacity import MIB, Amount, Host, Policy
from fairway.domain.deployment import Deployment, RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber, ServiceName
from fairway.errors import NotFound, UsageError
from fairway.ports.stores import Deployments
from fairway.wire.deployments import Deployment as Shape
from support.pipeline_deploys import Yard, other_image
from support.pipeline_values import APP, DESCRIPTION, IMAGE, PRODUCTION, REVISION, STAGING, WEB

BLOG = AppName("blog")
LIKE = DESCRIPTION.rollout
WEB_ONLY = replace(DESCRIPTION, services=(WEB,))
"""Two tasks of 512 MB; four at the peak of a rollout, three at the least."""


class Quay(Yard):
    """A yard on a host with so many MB for tasks."""

    def __init__(self, memory: int, store: MemoryStore | None = None, *, jobs: int = 0) -> None:
        super().__init__(store)
        self.size = MemoryHostSize(Host(cores=2.0, memory=memory * MIB))
        self.jobs = Amount(memory=jobs * MIB)
        self.databases = Amount()
        self.admitting = Admitting(
            self.size,
            self.store.deployments,
            self.store.desired,
            Policy(system=0, surge_percent=100),
            self.count_jobs,
            self.count_databases,
        )
        self.deployer = self.make_deployer(self.admitting)

    async def count_jobs(self) -> Amount:
        return self.jobs

    async def count_databases(self) -> Amount:
        return self.databases

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in (self.run_orchestrator(), self.deployer.run())]
            yield
            for task in tasks:
                task.cancel()


async def build(memory: int, *, jobs: int = 0) -> Quay:
    made = Quay(memory, jobs=jobs)
    await made.store.apps.create(APP, at=1.0)
    await made.store.apps.create(BLOG, at=1.0)
    return made


async def test_a_deployment_without_room_fails_with_the_figures_and_changes_nothing() -> None:
    yard = await build(2 * 512)
    async with yard.running():
        await yard.deploy(41, WEB_ONLY)
        before = await yard.desired()

        refused = await yard.deploy(42, WEB_ONLY, image=other_image(2))
        again = await yard.deploy(42, WEB_ONLY, image=other_image(2))

    assert refused.state is RolloutState.FAILED
    assert refused.reason == "production of shop-api does not fit on this host: 512 MB too much; nothing was changed"
    assert refused.cause is not None
    assert refused.cause.seen == (
        "web needs 3 x 512 MB = 1.5 GB at the peak of the rollout; the host has 1 GB; nothing else is reserved"
    )
    assert "minimum_healthy_percent = 50" in refused.cause.fix
    assert await yard.desired() == before
    assert again == refused, "resumed after a crash it gets the same answer"
    assert Shape.of(refused).cause is not None


async def test_where_the_surplus_has_no_room_it_moves_with_what_there_is_and_says_so() -> None:
    yard = await build(3 * 512)
    async with yard.running():
        await yard.deploy(41, WEB_ONLY)

        moved = await yard.deploy(42, WEB_ONLY, image=other_image(2))

    assert moved.state is RolloutState.COMPLETED
    assert "web moves with at most 3 tasks at a time: the host has no room for more" in yard.log
    assert (await yard.desired()).services[0].rollout.maximum_percent == 199


async def test_where_fewer_may_be_healthy_it_goes_task_by_task() -> None:
    yard = await build(2 * 512)
    patient = replace(WEB_ONLY, rollout=replace(LIKE, minimum_healthy_percent=50))
    async with yard.running():
        await yard.deploy(41, patient)

        moved = await yard.deploy(42, patient, image=other_image(2))

    assert moved.state is RolloutState.COMPLETED
    assert "web moves with at most 2 tasks at a time: the host has no room for more" in yard.log


async def test_a_scale_beyond_the_host_is_refused_and_one_within_it_is_not() -> None:
    yard = await build(4 * 512)
    async with yard.running():
        await yard.deploy(41, WEB_ONLY)
        before = await yard.desired()

        with pytest.raises(NoRoom) as caught:
            await yard.deployer.scale(APP, PRODUCTION, {ServiceName("web"): 5})
        assert await yard.desired() == before
        await yard.deployer.scale(APP, PRODUCTION, {ServiceName("web"): 4})
        await yard.deployer.scale(APP, PRODUCTION, {ServiceName("web"): 1})

    assert caught.value.what == "production of shop-api does not fit on this host: 512 MB too much"
    assert caught.value.why.startswith("web needs 5 x 512 MB = 2.5 GB; the host has 2 GB")
    assert (await yard.desired()).services[0].replicas == 1


async def test_a_restart_has_its_whole_surplus_again_when_there_is_room_for_it() -> None:
    yard = await build(3 * 512)
    async with yard.running():
        await yard.deploy(41, WEB_ONLY)
        await yard.deploy(42, WEB_ONLY, image=other_image(2))
        held = (await yard.desired()).services[0].rollout.maximum_percent
        yard.size.host = Host(cores=2.0, memory=8 * 512 * MIB)

        await yard.deployer.restart(APP, PRODUCTION)

    assert held < 200
    assert (await yard.desired()).services[0].rollout.maximum_percent == 200


async def test_a_restart_without_room_is_refused_and_its_record_says_so() -> None:
    yard = await build(2 * 512)
    async with yard.running():
        await yard.deploy(41, WEB_ONLY)
        before = await yard.desired()

        with pytest.raises(NoRoom, match="512 MB too much"):
            await yard.deployer.restart(APP, PRODUCTION)

    assert await yard.desired() == before
    assert (await yard.store.deployments.list(APP))[0].state is RolloutState.FAILED


async def test_other_environments_and_jobs_have_their_part_even_when_nothing_of_them_runs() -> None:
    yard = await build(5 * 512, jobs=512)
    async with yard.running():
        await yard.deploy(41, WEB_ONLY)
        current = await yard.desired()
        await yard.store.desired.put(replace(current, app=BLOG, version=0))

        refused = await yard.deploy(42, WEB_ONLY, image=other_image(2))
        yard.jobs, yard.databases = Amount(), Amount(memory=512 * MIB)
        by_a_database = await yard.deploy(44, WEB_ONLY, image=other_image(4))
        yard.databases = Amount()
        moved = await yard.deploy(43, WEB_ONLY, image=other_image(3))

    assert refused.state is RolloutState.FAILED
    assert refused.cause is not None
    assert "1.5 GB reserved (blog production 1 GB, jobs 512 MB)" in refused.cause.seen
    assert by_a_database.cause is not None
    assert "databases 512 MB" in by_a_database.cause.seen
    assert moved.state is RolloutState.COMPLETED


async def test_a_rollout_under_way_elsewhere_has_its_peak_reserved() -> None:
    yard = await build(7 * 512)
    async with yard.running():
        await yard.deploy(41, WEB_ONLY)
        staging = replace(WEB_ONLY, name=STAGING, domains=())
        async with asyncio.TaskGroup() as group:
            rolling = group.create_task(yard.deploy(42, WEB_ONLY, image=other_image(2)))
            await asyncio.sleep(0.5)
            # Four are reserved for the rollout, so three are left where there seem to be five.
            refused = await yard.deploy(43, replace(staging, services=(replace(WEB, replicas=4),)))

        assert rolling.result().state is RolloutState.COMPLETED
    assert refused.state is RolloutState.FAILED
    assert refused.cause is not None
    assert "shop-api production 2 GB" in refused.cause.seen


async def test_an_app_that_is_deleted_meanwhile_does_not_hold_up_the_others() -> None:
    yard = await build(8 * 512)
    async with yard.running():
        await yard.deploy(41, WEB_ONLY)
    deployments = Vanishing(yard.store.deployments)
    admitting = Admitting(yard.size, deployments, yard.store.desired, Policy(system=0, surge_percent=100))  # type: ignore[arg-type]
    current = await yard.desired()

    fitting = await admitting.admit(None, replace(current, app=BLOG))

    assert fitting.desired.app == BLOG


class Vanishing:
    """Deployments of which one is under way when it is asked for, and gone with its app a moment later."""

    def __init__(self, deployments: Deployments) -> None:
        self._deployments = deployments

    async def latest(self, app: AppName, environment: EnvironmentName, state: RolloutState) -> Deployment | None:
        return await self._deployments.latest(app, environment, RolloutState.COMPLETED)

    async def before(self, app: AppName, id: int) -> DesiredEnvironment | None:
        raise NotFound(f"{app} has no deployment {id}")


async def test_two_who_want_the_last_place_at_once_do_not_both_get_it() -> None:
    yard = await build(3 * 512)
    async with yard.running():
        await yard.deploy(41, replace(WEB_ONLY, services=(replace(WEB, replicas=1),)))
    current = await yard.desired()
    await yard.store.desired.put(replace(current, app=BLOG, version=0))

    both = await asyncio.gather(
        *(yard.deployer.scale(app, PRODUCTION, {ServiceName("web"): 2}) for app in (APP, BLOG)),
        return_exceptions=True,
    )

    assert sorted(isinstance(each, NoRoom) for each in both) == [False, True]


async def test_on_a_host_that_can_not_be_measured_nothing_is_refused() -> None:
    yard = await build(1)
    yard.size.host = None
    async with yard.running():
        done = await yard.deploy(41)
        await yard.deployer.scale(APP, PRODUCTION, {ServiceName("web"): 100})

    assert done.state is RolloutState.COMPLETED
    assert await yard.admitting.most(APP, PRODUCTION, ServiceName("web")) is None
    await yard.admitting.require_host(DESCRIPTION)


async def test_the_bound_of_the_scaling_counts_all_others_and_not_the_service_itself() -> None:
    yard = await build(10 * 512)
    async with yard.running():
        await yard.deploy(41)

    found = await yard.admitting.most(APP, PRODUCTION, ServiceName("web"))

    assert found is not None
    assert found.tasks == 8, "ten, less the worker, less one for deployments"
    assert "512 MB reserved (shop-api production worker 512 MB)" in found.reason
    with pytest.raises(NotFound):
        await yard.admitting.most(APP, PRODUCTION, ServiceName("nobody"))
    with pytest.raises(NotFound):
        await yard.admitting.most(BLOG, PRODUCTION, ServiceName("web"))


async def test_a_description_that_the_empty_host_could_not_hold_is_bad_input() -> None:
    yard = await build(1024)

    with pytest.raises(UsageError) as caught:
        await yard.admitting.require_host(DESCRIPTION)

    assert caught.value.what == "worker of production needs more than this host has"
    assert caught.value.why == ("it asks for 1 x 512 MB, beside 1 GB of the services before it; the host has 1 GB")
    assert caught.value.hint == "less memory or fewer replicas in [services.worker]"
    await yard.admitting.require_host(WEB_ONLY)


async def test_going_back_after_a_failure_is_never_refused() -> None:
    yard = await build(4 * 512)
    async with yard.running():
        await yard.deploy(41, WEB_ONLY)
    before = await yard.desired()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(yard.run_orchestrator(fails=frozenset({2})))
        deploying = group.create_task(
            yard.deployer.deploy(APP, WEB_ONLY, other_image(2), REVISION, ExecutionNumber(42), yard.log.append)
        )
        await asyncio.sleep(0.5)
        yard.size.host = Host(cores=1.0, memory=1 * MIB)
        failed = await deploying
        task.cancel()

    assert failed.state is RolloutState.FAILED
    assert (await yard.desired()).services == before.services
    assert before.services[0].spec.image == IMAGE

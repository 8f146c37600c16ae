"""The scaler turns samples into desired counts, and tells why."""

from dataclasses import replace

import pytest

from fairway.domain.capacity_most import Most
from fairway.domain.deployment import RolloutState
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ServiceName
from fairway.domain.scaling import Metric, Scaling, Scheduled, Tracking
from fairway.domain.scaling_activity import By, NotScaledReason, Status
from fairway.domain.schedule import Schedule
from fairway.errors import Unavailable
from fairway.ports.leases import Alone
from support.pipeline_values import APP, PRODUCTION
from support.scaling_harbour import FAST, SCALING, Harbour


@pytest.fixture
async def harbour() -> Harbour:
    return Harbour()


async def complete(harbour: Harbour, state: RolloutState = RolloutState.COMPLETED) -> None:
    await harbour.store.deployments.finish(APP, DeploymentId(1), state, reason="", at=2.0)


async def test_three_datapoints_above_the_target_add_tasks_and_the_history_says_why(harbour: Harbour) -> None:
    await harbour.deploy()
    harbour.load = 162

    await harbour.live(2)
    before = await harbour.tasks()
    await harbour.live(1)

    assert (before, await harbour.tasks()) == (2, 4)
    (told,) = await harbour.history()
    assert (told.before, told.after, told.by, told.cause) == (
        2,
        4,
        By.POLICY,
        "requests per task 81 above 50 for 3 of 3 datapoints: 2 -> 4",
    )


async def test_when_the_load_ends_tasks_are_taken_away_again(harbour: Harbour) -> None:
    await harbour.deploy()
    await complete(harbour)
    harbour.load = 300
    await harbour.live(10)
    reached = await harbour.tasks()
    harbour.load = 20

    await harbour.live(10)

    assert (reached, await harbour.tasks()) == (6, 1)
    assert [(each.before, each.after) for each in await harbour.history() if each.status is not Status.NOT_SCALED] == [
        (6, 1),
        (2, 6),
    ]


async def test_under_constant_load_it_rests(harbour: Harbour) -> None:
    await harbour.deploy()
    await complete(harbour)
    harbour.load = 230

    await harbour.live(120)

    assert await harbour.tasks() == 5
    assert len([each for each in await harbour.history() if each.status is not Status.NOT_SCALED]) == 1


async def test_a_change_is_successful_once_its_tasks_are_there(harbour: Harbour) -> None:
    await harbour.deploy()
    harbour.load, harbour.instant = 162, False
    await harbour.live(5)
    (before,) = await harbour.history()

    harbour.instant = True
    await harbour.live(1)

    (told,) = await harbour.history()
    assert (before.status, told.status, told.ended_at) == (Status.IN_PROGRESS, Status.SUCCESSFUL, harbour.clock.now())


async def test_tasks_that_do_not_come_leave_it_unfulfilled_and_are_not_asked_for_twice(harbour: Harbour) -> None:
    await harbour.deploy()
    harbour.load, harbour.instant = 162, False

    await harbour.live(605)

    (told,) = await harbour.history()
    assert told.status is Status.UNFULFILLED


async def test_nothing_is_taken_away_while_a_deployment_is_under_way(harbour: Harbour) -> None:
    await harbour.deploy(tasks=6)

    await harbour.live(30)
    during = await harbour.tasks(), await harbour.history()
    await complete(harbour)
    await harbour.live(1)

    assert during == (6, [])
    assert await harbour.tasks() == 1


async def test_a_cool_down_outlives_the_server(harbour: Harbour) -> None:
    await harbour.deploy(tasks=8)
    await complete(harbour)
    harbour.load = 300
    await harbour.live(5)
    harbour.load = 100
    first = await harbour.tasks()

    harbour.start()
    await harbour.live(9)
    held = await harbour.tasks()
    await harbour.live(3)

    assert (first, held, await harbour.tasks()) == (6, 6, 2)


async def test_what_died_before_its_write_left_nothing_and_is_decided_again(harbour: Harbour) -> None:
    await harbour.deploy()
    harbour.load = 162
    await harbour.live(2)
    harbour.store.shelf.trouble = Unavailable("the store did not answer")
    await harbour.scaler.look()
    harbour.store.shelf.trouble = None

    harbour.start()
    await harbour.live(1)

    assert await harbour.tasks() == 4
    assert len(await harbour.history()) == 1


async def test_what_somebody_else_has_written_meanwhile_is_looked_at_again(harbour: Harbour) -> None:
    await harbour.deploy()
    harbour.load = 162
    await harbour.live(2)
    now = await harbour.desired()
    web, worker = now.services
    await harbour.store.desired.put(replace(now, services=(web, replace(worker, replicas=3))))

    await harbour.live(1)
    conflict = await harbour.desired()
    await harbour.live(1)

    assert [each.replicas for each in conflict.services] == [2, 3]
    assert [each.replicas for each in (await harbour.desired()).services] == [4, 3]


async def test_a_limit_that_stands_against_it_is_told_once(harbour: Harbour) -> None:
    await harbour.deploy(replace(SCALING, maximum=3), tasks=3)
    harbour.load = 600

    await harbour.live(60)

    (told,) = await harbour.history()
    assert (told.status, told.reason) == (Status.NOT_SCALED, NotScaledReason.MAX)
    assert told.cause == "requests per task 200 above 50 for 3 of 3 datapoints: 12 wanted, 3 is the maximum"


async def test_the_host_bounds_what_is_added() -> None:
    async def bound(app: AppName, environment: EnvironmentName, service: ServiceName) -> Most:
        return Most(tasks=3, reason="the host has room for 3 tasks of web")

    harbour = Harbour(bound=bound)
    await harbour.deploy()
    harbour.load = 600

    await harbour.live(30)

    held, change = await harbour.history()
    assert change.cause.endswith("2 -> 3 (12 wanted, the host has room for 3 tasks of web)")
    assert held.reason is NotScaledReason.HOST


async def test_a_scheduled_minimum_raises_the_count_without_any_sample(harbour: Harbour) -> None:
    """Virtual time begins at 22:13:20 UTC."""
    evening = Scheduled(schedule=Schedule(cron="14 22 * * *"), minimum=5)
    night = Scheduled(schedule=Schedule(cron="0 22 * * *"), minimum=1)
    await harbour.deploy(replace(SCALING, policies=(), schedules=(evening, night)))

    await harbour.live(39)
    before = await harbour.tasks()
    await harbour.live(7)

    assert (before, await harbour.tasks()) == (2, 5)
    assert (await harbour.history())[0].cause == (
        "2 is below the minimum 5, which the schedule 14 22 * * * UTC has set: 2 -> 5"
    )


async def test_what_is_scaled_to_nothing_comes_back_with_the_first_refused_request(harbour: Harbour) -> None:
    await harbour.deploy(replace(SCALING, minimum=0), tasks=1)
    await complete(harbour)
    await harbour.live(10)
    none = await harbour.tasks()
    harbour.load = 3

    await harbour.live(1)

    assert (none, await harbour.tasks()) == (0, 1)


async def test_seconds_without_a_sample_decide_nothing(harbour: Harbour) -> None:
    await harbour.deploy()
    harbour.load = 162
    await harbour.live(2)

    await harbour.clock.sleep(1)
    await harbour.live(2)
    missing = await harbour.tasks()
    await harbour.live(1)

    assert (missing, await harbour.tasks()) == (2, 4)


async def test_a_policy_of_a_minute_is_looked_at_ten_times_in_it(harbour: Harbour) -> None:
    slow = Tracking(metric=Metric.REQUESTS_PER_TASK, target=50)
    await harbour.deploy(Scaling(minimum=1, maximum=10, policies=(slow,)))
    harbour.load = 162

    await harbour.live(180 - 31)
    before = await harbour.tasks()
    await harbour.live(31 + 6)

    assert (before, await harbour.tasks()) == (2, 4)


async def test_a_server_leaves_the_apps_of_another_alone_and_writes_nothing_while_its_lease_is_in_doubt() -> None:
    class Doubtful(Alone):
        asked = 0

        async def valid(self) -> None:
            self.asked += 1
            raise Unavailable("the lease is in doubt")

    harbour = Harbour(holding=Doubtful())
    await harbour.deploy()
    harbour.load = 162

    await harbour.live(5)

    assert await harbour.tasks() == 2
    assert isinstance(harbour.holding, Doubtful)
    assert harbour.holding.asked


async def test_of_two_scalers_one_makes_the_change(harbour: Harbour) -> None:
    await harbour.deploy()
    harbour.load = 162
    first = harbour.scaler
    await harbour.live(2)
    second = harbour.start()
    await second.look()
    await harbour.live(1)

    await first.look()

    assert await harbour.tasks() == 4
    assert len(await harbour.history()) == 1


async def test_the_trouble_of_one_environment_does_not_end_the_scaling_of_others() -> None:
    first = AppName("a-first-one")

    async def bound(app: AppName, environment: EnvironmentName, service: ServiceName) -> Most | None:
        if app == first:
            raise Unavailable("the host can't be measured")
        return None

    harbour = Harbour(bound=bound)
    await harbour.deploy()
    await harbour.store.apps.create(first, at=1.0)
    desired = await harbour.desired()
    services = tuple(replace(each, spec=replace(each.spec, app=first), replicas=0) for each in desired.services)
    await harbour.store.desired.put(replace(desired, app=first, services=services, version=0))
    progress, observed = harbour.board.progress(APP, PRODUCTION), harbour.board.observed(APP, PRODUCTION)
    assert progress is not None and observed is not None
    harbour.board.post(replace(progress, app=first), observed)
    harbour.load = 162

    await harbour.live(3)

    assert await harbour.tasks() == 4


async def test_a_person_goes_in_between_and_the_policy_goes_on_from_there(harbour: Harbour) -> None:
    await harbour.deploy(replace(SCALING, policies=(replace(FAST, low_datapoints=20),)))
    await complete(harbour)
    harbour.load = 60
    await harbour.live(4)
    now = await harbour.desired()
    web, worker = now.services
    await harbour.store.desired.put(replace(now, services=(replace(web, replicas=8), worker)))
    harbour.scaler.wake(APP, PRODUCTION)

    await harbour.live(15)
    kept = await harbour.tasks()
    await harbour.live(10)

    assert (kept, await harbour.tasks()) == (8, 2)

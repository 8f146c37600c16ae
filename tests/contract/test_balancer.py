"""What every load balancer does, whatever it is made of: the memory one and HAProxy are held to the same words."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.observed import Target, TargetState
from fairway.errors import Conflict, FairwayError
from fairway.ports.balancer import Balancer, Route
from support.balancers import haproxy, memory

SHOP = Route(
    app=AppName("shop"),
    environment=EnvironmentName("production"),
    service=ServiceName("web"),
    hosts=("shop-production.localhost", "shop.example.com"),
)
BLOG = replace(SHOP, app=AppName("blog"), hosts=("blog-production.localhost",))


def target(task: str, route: Route = SHOP, port: int = 21519) -> Target:
    return Target(
        task=TaskId(task),
        app=route.app,
        environment=route.environment,
        service=route.service,
        address="127.0.0.1",
        port=port,
    )


@pytest.fixture(params=[memory, haproxy], ids=["memory", "haproxy"])
async def balancer(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Balancer]:
    async with request.param(tmp_path) as made:
        yield made


async def test_a_route_is_there_once_it_is_set(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)

    assert list(await balancer.routes()) == [SHOP]
    assert list(await balancer.targets()) == []


async def test_setting_a_route_twice_is_the_same_as_once(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)
    await balancer.set_route(SHOP)

    assert list(await balancer.routes()) == [SHOP]


async def test_a_route_may_change_its_hosts_and_keeps_its_targets(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)
    await balancer.attach(target("aaaaaaaaaaaa"))

    changed = replace(SHOP, hosts=("shop-production.localhost", "shop.example.org"))
    await balancer.set_route(changed)

    assert list(await balancer.routes()) == [changed]
    assert [each.task for each in await balancer.targets()] == ["aaaaaaaaaaaa"]


async def test_a_route_is_closed_and_opened_with_its_targets_behind_it(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)
    await balancer.attach(target("aaaaaaaaaaaa"))

    await balancer.set_route(replace(SHOP, closed=True))
    closed = list(await balancer.routes())
    await balancer.set_route(SHOP)

    assert closed == [replace(SHOP, closed=True)]
    assert list(await balancer.routes()) == [SHOP]
    assert [each.task for each in await balancer.targets()] == ["aaaaaaaaaaaa"]


async def test_a_route_says_what_becomes_of_plain_requests(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)

    await balancer.set_route(replace(SHOP, redirect=False))
    served = list(await balancer.routes())
    await balancer.set_route(SHOP)

    assert served == [replace(SHOP, redirect=False)]
    assert list(await balancer.routes()) == [SHOP]


async def test_a_host_of_another_route_is_a_conflict_that_names_it_and_changes_nothing(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)

    with pytest.raises(Conflict, match=r"shop\.example\.com"):
        await balancer.set_route(replace(BLOG, hosts=("blog-production.localhost", "shop.example.com")))

    assert list(await balancer.routes()) == [SHOP]


async def test_a_host_that_was_given_up_can_be_taken(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)
    await balancer.set_route(replace(SHOP, hosts=("shop-production.localhost",)))

    moved = replace(BLOG, hosts=("shop.example.com",))
    await balancer.set_route(moved)

    assert moved in await balancer.routes()


async def test_a_route_without_hosts_goes_away_with_its_targets_and_no_others(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)
    await balancer.set_route(BLOG)
    await balancer.attach(target("aaaaaaaaaaaa", SHOP))
    await balancer.attach(target("bbbbbbbbbbbb", BLOG))

    await balancer.set_route(replace(SHOP, hosts=()))
    await balancer.set_route(replace(SHOP, hosts=()))

    assert list(await balancer.routes()) == [BLOG]
    assert [each.task for each in await balancer.targets()] == ["bbbbbbbbbbbb"]


async def test_a_route_that_went_away_can_come_back(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)
    await balancer.set_route(replace(SHOP, hosts=()))
    await balancer.set_route(SHOP)
    await balancer.attach(target("aaaaaaaaaaaa"))

    assert list(await balancer.routes()) == [SHOP]
    assert [each.task for each in await balancer.targets()] == ["aaaaaaaaaaaa"]


async def test_an_attached_target_is_ready_and_idle(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)
    await balancer.attach(target("aaaaaaaaaaaa"))

    assert list(await balancer.targets()) == [target("aaaaaaaaaaaa")]


async def test_attaching_twice_is_the_same_as_once(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)
    await balancer.attach(target("aaaaaaaaaaaa"))
    await balancer.attach(target("aaaaaaaaaaaa"))

    assert list(await balancer.targets()) == [target("aaaaaaaaaaaa")]


async def test_a_target_that_is_attached_at_another_port_has_moved(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)
    await balancer.attach(target("aaaaaaaaaaaa"))

    await balancer.attach(target("aaaaaaaaaaaa", port=21518))

    assert list(await balancer.targets()) == [target("aaaaaaaaaaaa", port=21518)]


async def test_attaching_without_a_route_is_an_error(balancer: Balancer) -> None:
    with pytest.raises(FairwayError):
        await balancer.attach(target("aaaaaaaaaaaa"))

    assert list(await balancer.targets()) == []


async def test_a_drained_target_is_draining_until_it_is_detached(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)
    await balancer.attach(target("aaaaaaaaaaaa"))

    await balancer.drain(TaskId("aaaaaaaaaaaa"))
    await balancer.drain(TaskId("aaaaaaaaaaaa"))

    assert [each.state for each in await balancer.targets()] == [TargetState.DRAINING]

    await balancer.detach(TaskId("aaaaaaaaaaaa"))
    await balancer.detach(TaskId("aaaaaaaaaaaa"))

    assert list(await balancer.targets()) == []


async def test_a_draining_target_that_is_attached_is_ready_again(balancer: Balancer) -> None:
    await balancer.set_route(SHOP)
    await balancer.attach(target("aaaaaaaaaaaa"))
    await balancer.drain(TaskId("aaaaaaaaaaaa"))

    await balancer.attach(target("aaaaaaaaaaaa"))

    assert [each.state for each in await balancer.targets()] == [TargetState.READY]


async def test_draining_and_detaching_what_is_not_there_is_no_error(balancer: Balancer) -> None:
    await balancer.drain(TaskId("cccccccccccc"))
    await balancer.detach(TaskId("cccccccccccc"))

    assert list(await balancer.targets()) == []

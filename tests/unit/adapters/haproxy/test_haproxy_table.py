"""The table of routes and targets: each change gives a new one, or says why not."""

from dataclasses import replace

import pytest

from fairway.adapters.haproxy import kept
from fairway.adapters.haproxy.table import Presented, Table
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.observed import Target, TargetState
from fairway.errors import Conflict, NotFound, UsageError
from fairway.ports.balancer import Route

SHOP = Route(
    app=AppName("shop"), environment=EnvironmentName("production"), service=ServiceName("web"), hosts=("shop.test",)
)
WEB_1 = Target(
    task=TaskId("aaaaaaaaaaaa"),
    app=SHOP.app,
    environment=SHOP.environment,
    service=SHOP.service,
    address="172.20.0.2",
    port=3000,
)


def test_hosts_are_kept_in_lower_case_without_a_dot_at_the_end_and_once() -> None:
    changed = Table().with_route(replace(SHOP, hosts=("Shop.Test", "shop.test.", "xn--bcher-kva.test")))

    assert changed.routes[0].route.hosts == ("shop.test", "xn--bcher-kva.test")


@pytest.mark.parametrize(
    "host",
    ["", " ", "shop.test/path", "http://shop.test", "shop.test:80", "a b", "a\nb", "a;show info", "ä.test", "-a"],
)
def test_what_is_no_host_name_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match="is no host name"):
        Table().with_route(replace(SHOP, hosts=(host,)))


def test_what_becomes_of_plain_requests_lies_on_the_disk_too() -> None:
    served = Table().with_route(replace(SHOP, redirect=False))
    older = kept.dump(served)
    del older["routes"][0]["redirect"]

    assert kept.load(kept.dump(served)) == served
    assert kept.load(older).routes[0].route.redirect


def test_a_host_of_another_route_is_refused_with_its_owner() -> None:
    first = Table().with_route(SHOP)

    with pytest.raises(Conflict) as raised:
        first.with_route(replace(SHOP, app=AppName("blog"), hosts=("blog.test", "SHOP.test")))

    assert raised.value.what == "shop.test belongs to shop already"
    assert raised.value.why == "its requests go to web of shop in production"


@pytest.mark.parametrize(
    "wrong",
    [
        replace(WEB_1, address="web.internal"),
        replace(WEB_1, address="127.0.0.1; shutdown"),
        replace(WEB_1, port=0),
        replace(WEB_1, port=65536),
        replace(WEB_1, task=TaskId("a/b")),
        replace(WEB_1, task=TaskId("a b")),
        replace(WEB_1, task=TaskId("")),
    ],
)
def test_a_target_that_haproxys_command_line_could_misread_is_refused(wrong: Target) -> None:
    with pytest.raises(UsageError):
        Table().with_route(SHOP).with_target(wrong)


def test_a_target_needs_a_route() -> None:
    with pytest.raises(NotFound, match="has no route"):
        Table().with_target(WEB_1)


def test_a_route_keeps_its_slot_when_its_hosts_change() -> None:
    first = Table().with_route(SHOP)

    second = first.with_route(replace(SHOP, hosts=("other.test",)))

    assert second.slot("shop", "production", "web") == first.slot("shop", "production", "web") == 0


def test_a_slot_that_was_given_back_rests_until_the_others_had_their_turn() -> None:
    changing, slots = Table(slots=4), []
    for number in range(6):
        route = replace(SHOP, app=AppName(f"app-{number}"), hosts=(f"{number}.test",))
        changing = changing.with_route(route)
        slots.append(changing.slot(route.app, "production", "web"))
        changing = changing.with_route(replace(route, hosts=()))

    assert slots == [0, 1, 2, 3, 0, 1]


def test_the_slots_double_when_all_are_taken_and_nobody_moves() -> None:
    full = Table(slots=2)
    for number in range(2):
        full = full.with_route(replace(SHOP, app=AppName(f"app-{number}"), hosts=(f"{number}.test",)))

    grown = full.with_route(SHOP)

    assert grown.slots == 4
    assert [entry.slot for entry in grown.routes] == [0, 1, 2]


def test_a_table_that_was_dumped_is_loaded_as_it_was() -> None:
    made = Table().with_route(SHOP).with_target(WEB_1).draining(WEB_1.task)

    assert kept.load(kept.dump(made)) == made
    assert made.targets[0].state is TargetState.DRAINING


def test_what_is_presented_and_answered_is_kept_and_a_table_of_before_has_none() -> None:
    made = replace(
        Table().presenting(Presented(host="shop.test", file="tls-1.pem", fingerprint="f")), thumbprint="thumb-print"
    )
    former = {name: value for name, value in kept.dump(made).items() if name not in ("presented", "thumbprint")}

    assert kept.load(kept.dump(made)) == made
    assert kept.load(former) == Table()

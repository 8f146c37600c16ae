"""What a running HAProxy is told, for each way in which it can differ from the table."""

from dataclasses import replace

from fairway.adapters.haproxy import align, config
from fairway.adapters.haproxy.align import Server
from fairway.adapters.haproxy.table import Table
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.observed import Target
from fairway.ports.balancer import Route

SHOP = Route(
    app=AppName("shop"), environment=EnvironmentName("production"), service=ServiceName("web"), hosts=("shop.test",)
)
WEB = Target(
    task=TaskId("aaaaaaaaaaaa"),
    app=SHOP.app,
    environment=SHOP.environment,
    service=SHOP.service,
    address="172.20.0.2",
    port=3000,
)
ROUTED = Table().with_route(SHOP)
READY = ROUTED.with_target(WEB)
DRAINING = READY.draining(WEB.task)
SEEN = Server(backend="slot-0", name="aaaaaaaaaaaa", address="172.20.0.2", port=3000, admin=0)
HOSTS = {"shop.test": "slot-0"}


def test_nothing_is_said_when_all_is_as_it_should_be() -> None:
    assert align.commands(READY, [SEEN], HOSTS) == []
    assert align.commands(DRAINING, [replace(SEEN, admin=8)], HOSTS) == []


def test_a_new_target_is_added_checked_and_turned_on_before_its_host_is_named() -> None:
    assert align.commands(READY, [], {}) == [
        f"add server slot-0/aaaaaaaaaaaa 172.20.0.2:3000 {config.SERVER}",
        "enable health slot-0/aaaaaaaaaaaa",
        "set server slot-0/aaaaaaaaaaaa state ready",
        "add map hosts.map shop.test slot-0",
    ]


def test_a_server_that_was_added_but_never_turned_on_is_turned_on() -> None:
    assert align.commands(READY, [replace(SEEN, admin=1)], HOSTS) == [
        "enable health slot-0/aaaaaaaaaaaa",
        "set server slot-0/aaaaaaaaaaaa state ready",
    ]


def test_a_draining_target_is_told_to_drain() -> None:
    assert align.commands(DRAINING, [SEEN], HOSTS) == ["set server slot-0/aaaaaaaaaaaa state drain"]


def test_a_draining_target_that_is_off_since_a_restart_is_left_off() -> None:
    assert align.commands(DRAINING, [replace(SEEN, admin=1)], HOSTS) == []


def test_a_server_without_a_target_is_deleted() -> None:
    assert align.commands(ROUTED, [SEEN], HOSTS) == [
        "set server slot-0/aaaaaaaaaaaa state drain",
        "shutdown sessions server slot-0/aaaaaaaaaaaa",
        "set server slot-0/aaaaaaaaaaaa state maint",
        "del server slot-0/aaaaaaaaaaaa",
    ]


def test_a_server_at_another_address_is_deleted_and_added() -> None:
    told = align.commands(READY, [replace(SEEN, port=3001)], HOSTS)

    assert told[3:5] == [
        "del server slot-0/aaaaaaaaaaaa",
        f"add server slot-0/aaaaaaaaaaaa 172.20.0.2:3000 {config.SERVER}",
    ]


def test_a_host_goes_before_its_servers_do() -> None:
    assert align.commands(Table(), [SEEN], HOSTS)[0] == "del map hosts.map shop.test"


def test_a_host_that_moved_is_named_anew() -> None:
    assert align.commands(READY, [SEEN], {"shop.test": "slot-7"}) == ["set map hosts.map shop.test slot-0"]


def test_an_ipv6_address_is_written_in_brackets() -> None:
    six = ROUTED.with_target(replace(WEB, address="FD00:0::2"))

    assert align.commands(six, [], HOSTS)[0].startswith("add server slot-0/aaaaaaaaaaaa [fd00::2]:3000 check")
    assert align.commands(six, [replace(SEEN, address="fd00::2")], HOSTS) == []

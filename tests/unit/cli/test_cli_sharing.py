"""The servers that share the work, as commands show them."""

from fairway.cli import sharing
from fairway.domain.lease import Lease, Member
from fairway.ports.host import CheckState
from fairway.wire import server as shapes

NOW = 1_000.0


def show(server: str = "aaaa", *, renewed_at: float = 995.0, lost: bool = False, apps: tuple[str, ...] = ()) -> dict:
    member = Member(server=server, name=f"host-{server}", url=f"http://{server}:7878", seconds=15.0)
    lease = Lease(member=member, number=3, renewals=9, renewed_at=renewed_at, lost=lost, apps=apps)
    return shapes.Lease.of(lease, here="aaaa", now=NOW).model_dump()


def test_nothing_is_said_where_nothing_is_shared() -> None:
    assert sharing.lines([], NOW) == []
    assert sharing.check([], NOW) == []


def test_each_server_is_shown_with_its_lease_and_its_apps() -> None:
    servers = [show(apps=("blog", "shop")), show("bbbb", renewed_at=955.0), show("cccc", renewed_at=880.0, lost=True)]

    assert sharing.lines(servers, NOW) == [
        "  servers    that share the work",
        "    http://aaaa:7878  host-aaaa  aaaa  lease 3 for 10 s; blog, shop  (this one)",
        "    http://bbbb:7878  host-bbbb  bbbb  lease 3 ran out 30 s ago; no apps",
        "    http://cccc:7878  host-cccc  cccc  lease 3 lost, last renewed 2 min ago; no apps",
    ]


def test_a_server_that_was_lost_long_ago_is_not_shown() -> None:
    assert sharing.lines([show("cccc", renewed_at=NOW - 90_000.0, lost=True)], NOW) == []


def test_servers_that_are_all_there_are_well() -> None:
    (check,) = sharing.check([show(), show("bbbb")], NOW)

    assert (check.state, check.seen) == (CheckState.OK, "2 servers, each with its lease")


def test_an_expired_lease_is_told_and_does_not_make_the_host_unfit() -> None:
    (check,) = sharing.check([show(), show("bbbb", renewed_at=955.0)], NOW)

    assert check.state is CheckState.BROKEN
    assert check.passes
    assert check.seen == "http://bbbb:7878 on host-bbbb: lease 3 ran out 30 s ago"

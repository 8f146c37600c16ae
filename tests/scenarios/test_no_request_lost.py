"""Sixty-four clients of every kind see nothing of what happens behind the load balancer.

Deployments, good and bad, a rollback, a scale-out, a scale-in, and a SIGKILL of a task, of the load balancer and of the
server: no request fails but those under way inside the killed process itself, and no order comes to a backend twice.

No bad release is ever given a request, however it is bad. `make test` has the one that would answer it, and so would be
seen if it were; `make exhaustive` has those that answer nothing.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.crowd import SLOWEST, Crowd, Killed, Tally
from support.order_book import OrderBook
from support.sampled import sampled
from support.world import Project, World, create_project, is_zombie, until

TOML = f"""
[services.web]
port = 3000
replicas = 2
cpu = 0.5
memory = "128M"
stop_timeout = "{SLOWEST:g}s"
health = {{ path = "/healthz", start_period = "3s", interval = "500ms", timeout = "1s" }}

[environments.production.deployment]
bake = "500ms"
"""
BACKEND = (Path(__file__).parents[1] / "support" / "crowd_backend.js").read_text()
WELL = "module.exports = 'well'\n"


@pytest.fixture(scope="module")
def own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server of this module's own, since it is killed."""
    world = World(root=tmp_path_factory.mktemp("crowd"))
    world.start()
    yield world
    world.close()


@pytest.fixture(scope="module")
def app(own_world: World) -> str:
    return f"crowd-{os.getpid()}"


@pytest.fixture(scope="module")
def book(app: str) -> Iterator[OrderBook]:
    with OrderBook(app) as book:
        yield book


@pytest.fixture(scope="module")
def live(own_world: World, app: str, book: OrderBook) -> Project:
    project = create_project(own_world, app, toml=TOML, files={"server.js": BACKEND, "how.js": WELL})
    up = project.fairway("up", "--yes")
    assert up.status == 0, up.text
    return project


@pytest.fixture(scope="module")
def crowd(live: Project) -> Iterator[Crowd]:
    with Crowd(int(live.world.environ["FAIRWAY_APPS_PORT"]), live.host) as crowd:
        until(lambda: all(crowd.tally.sent[kind] for kind in ("events", "WebSocket", "upload of 2 s")), what="a crowd")
        yield crowd


@pytest.fixture
def tally(crowd: Crowd) -> Tally:
    """The account of one test."""
    return crowd.begin()


def tasks(live: Project) -> list[dict[str, str]]:
    listing: list[dict[str, str]] = live.fairway("ps", "--json").json["tasks"]
    return listing


def settled(live: Project, count: int) -> None:
    """Wait until so many healthy tasks are there, and no other."""
    until(
        lambda: [each["health"] for each in tasks(live)] == ["HEALTHY"] * count, what=f"{count} healthy tasks, no other"
    )


def assert_orders_taken_once(book: OrderBook, tally: Tally) -> None:
    orders = set(tally.orders)
    until(lambda: not book.lacks(orders), what="the line of every order that was answered")
    assert orders
    assert list(book.twice()) == []


def test_a_deployment_fails_no_request_and_lets_streams_go_on_until_their_task_is_drained(
    live: Project, crowd: Crowd, tally: Tally, book: OrderBook
) -> None:
    live.version("two")

    push = live.push()
    settled(live, 2)
    until(lambda: len(tally.goodbyes) == 6, what="the goodbye of every stream of the old tasks")

    assert push.status == 0, push.stderr
    assert tally.failures == []
    assert tally.versions.keys() == {"one", "two"}
    assert min(tally.goodbyes) > tally.first["two"] + SLOWEST - 0.5  # not before their task's time to drain was over
    assert_orders_taken_once(book, tally)


@pytest.mark.parametrize("how", sampled(("sick", "exits", "elsewhere", "hangs")))
def test_a_bad_release_fails_no_request(live: Project, crowd: Crowd, tally: Tally, book: OrderBook, how: str) -> None:
    live.commit({"how.js": f"module.exports = '{how}'\n", "version.js": "module.exports = 'bad'\n"}, f"It {how}")

    push = live.push()
    settled(live, 2)

    assert push.status == 0  # git's own: the commit is there
    assert "Cause" in push.stderr, push.stderr
    assert tally.failures == []
    assert len(tally.versions) == 1 and "bad" not in tally.versions
    assert_orders_taken_once(book, tally)


@pytest.mark.exhaustive
def test_a_rollback_fails_no_request(live: Project, crowd: Crowd, book: OrderBook) -> None:
    live.commit({"how.js": WELL, "version.js": "module.exports = 'latest'\n"}, "What is rolled back")
    assert live.push().status == 0
    settled(live, 2)
    tally = crowd.begin()

    rollback = live.fairway("rollback", "--yes")
    settled(live, 2)

    assert rollback.status == 0, rollback.text
    assert tally.failures == []
    assert "latest" in tally.versions and len(tally.versions) == 2
    assert_orders_taken_once(book, tally)


@pytest.mark.exhaustive
def test_a_scale_out_and_a_scale_in_fail_no_request(live: Project, crowd: Crowd, tally: Tally, book: OrderBook) -> None:
    out = live.fairway("scale", "web=4")
    settled(live, 4)
    begun = tally.sent["upload of 2 s"]
    until(lambda: tally.sent["upload of 2 s"] >= begun + 4, what="an upload to the new tasks")
    back = live.fairway("scale", "web=2")
    settled(live, 2)

    assert (out.status, back.status) == (0, 0), out.text + back.text
    assert tally.failures == []
    assert_orders_taken_once(book, tally)


def test_a_killed_task_loses_only_what_was_under_way_inside_it(
    live: Project, crowd: Crowd, tally: Tally, book: OrderBook
) -> None:
    victim = tasks(live)[0]["id"]
    container = live.world.run("docker", "ps", "-q", "--filter", f"label=fairway.task={victim}").stdout.strip()

    with crowd.killing() as killed:
        live.world.run("docker", "kill", "--signal", "KILL", container)
    until(lambda: victim not in [each["id"] for each in tasks(live)], what="the end of the killed task")
    settled(live, 2)

    account(tally, killed)
    assert tally.apart_from(killed) == []
    assert not [each for each in tally.inside(killed) if each.kind.startswith("GET")]  # they were sent to the other one
    assert_orders_taken_once(book, tally)


@pytest.mark.exhaustive
def test_a_killed_load_balancer_loses_only_what_was_under_way_inside_it(
    live: Project, crowd: Crowd, tally: Tally, book: OrderBook
) -> None:
    master = int((live.world.home / "run" / "haproxy.pid").read_text().split()[0])
    children = subprocess.run(["pgrep", "--parent", str(master)], capture_output=True, text=True, check=True)

    with crowd.killing() as killed:
        for pid in (master, *map(int, children.stdout.split())):
            os.kill(pid, signal.SIGKILL)
            until(lambda pid=pid: is_gone(pid), what=f"the end of process {pid}")
    until(lambda: live.get()[0] == 200, what="an answer")
    away = time.monotonic() - killed.ended
    until(lambda: tally.sent.total() > 1000, what="a thousand requests")
    settled(live, 2)

    account(tally, killed, f", answered again after {away:.3f} s")
    assert tally.apart_from(killed) == []
    assert_orders_taken_once(book, tally)


def test_a_killed_server_loses_no_request(live: Project, crowd: Crowd, tally: Tally, book: OrderBook) -> None:
    live.world.kill_server()
    until(lambda: tally.sent.total() > 1000, what="a thousand requests without a server")
    live.world.start()
    settled(live, 2)

    assert tally.failures == []
    assert_orders_taken_once(book, tally)


def is_gone(pid: int) -> bool:
    """Whether the process has ended, reaped or not."""
    return not Path(f"/proc/{pid}").exists() or is_zombie(pid)


def account(tally: Tally, killed: Killed, more: str = "") -> None:
    """Say what a kill came to; pytest shows it of a test that failed, and with -rP."""
    kinds = Counter(each.kind for each in tally.inside(killed))
    inside = "".join(f", {count} of {kind}" for kind, count in kinds.items())
    sys.stdout.write(f"{tally.sent.total()} requests, {kinds.total()} lost inside{inside}{more}\n")

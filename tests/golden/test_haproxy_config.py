"""The configuration as text. After a change that is meant: `FAIRWAY_GOLDEN=write pytest tests/golden`."""

import os
from pathlib import Path

import pytest

from fairway.adapters.haproxy import config
from fairway.adapters.haproxy.config import Frame
from fairway.adapters.haproxy.table import Table
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.observed import Target
from fairway.ports.balancer import Route

GOLDEN = Path(__file__).parent / "haproxy"


def example() -> Table:
    """Two routes, one with a ready and a draining target, one with none."""
    names = {"environment": EnvironmentName("production"), "service": ServiceName("web")}
    changing = Table(slots=3)
    for app, hosts in (("shop", ("shop-production.localhost", "shop.example.com")), ("blog", ("blog.example.com",))):
        changing = changing.with_route(Route(app=AppName(app), hosts=hosts, **names))
    for task, address in (("aaaaaaaaaaaa", "172.20.0.2"), ("bbbbbbbbbbbb", "fd00::3")):
        changing = changing.with_target(
            Target(task=TaskId(task), app=AppName("shop"), address=address, port=3000, **names)
        )
    return changing.draining(TaskId("bbbbbbbbbbbb"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "haproxy.cfg",
            config.render(
                Frame(address="0.0.0.0", port=80, listener="LISTENER", maxconn=8000, user="haproxy"), example()
            ),
        ),
        ("empty.cfg", config.render(Frame(address="::1", port=8080, listener="LISTENER", maxconn=362), Table(slots=1))),
        (
            "behind-proxy.cfg",
            config.render(
                Frame(address="0.0.0.0", port=80, listener="LISTENER", maxconn=8000, trusted=("10.0.0.0/8", "::1/128")),
                Table(slots=1),
            ),
        ),
        (
            "tls.cfg",
            config.render(
                Frame(
                    address="0.0.0.0",
                    port=80,
                    listener="LISTENER",
                    tls_port=443,
                    tls_listener="LISTENER_443",
                    maxconn=8000,
                    user="haproxy",
                ),
                Table(slots=1),
            ),
        ),
        (
            "tls-behind-proxy.cfg",
            config.render(
                Frame(
                    address="::",
                    port=8080,
                    listener="LISTENER",
                    tls_port=8443,
                    tls_listener="LISTENER_8443",
                    maxconn=8000,
                    trusted=("10.0.0.0/8",),
                ),
                Table(slots=1),
            ),
        ),
        ("hosts.map", config.render_map(example())),
    ],
)
def test_the_text_is_the_one_that_was_approved(name: str, text: str) -> None:
    if os.environ.get("FAIRWAY_GOLDEN") == "write":
        (GOLDEN / name).write_text(text)

    assert text == (GOLDEN / name).read_text()

"""Which plain requests are sent on, and where to."""

from dataclasses import replace

import pytest

from fairway.adapters.haproxy import secure
from fairway.adapters.haproxy.table import Presented, Table
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.ports.balancer import Route

SHOP = Route(
    app=AppName("shop"),
    environment=EnvironmentName("production"),
    service=ServiceName("web"),
    hosts=("shop.test", "www.shop.test"),
)
BLOG = replace(SHOP, app=AppName("blog"), hosts=("blog.test",), redirect=False)


@pytest.mark.parametrize(("port", "where"), [(443, "shop.test"), (8443, "shop.test:8443")])
def test_names_with_a_certificate_whose_route_wants_it_are_sent_on(port: int, where: str) -> None:
    table = Table().with_route(SHOP).with_route(BLOG)
    for host in ("shop.test", "blog.test", "nobody.test"):
        table = table.presenting(Presented(host=host, file=f"{host}.pem", fingerprint="f"))

    assert secure.redirects(table, port) == {"shop.test": where}


def test_a_map_is_changed_by_what_differs_alone() -> None:
    wanted, seen = {"a": "1", "b": "2", "c": "3"}, {"b": "2", "c": "4", "d": "5"}

    assert secure.map_commands("m", wanted, seen) == ["del map m d", "set map m c 3", "add map m a 1"]
    assert secure.map_commands("m", wanted, wanted) == []

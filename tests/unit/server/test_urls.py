"""Where people reach an app: through this host, or through what the engine brings."""

from pathlib import Path

from fairway.server import urls
from fairway.settings import Settings

HOSTS = ("shop-production.localhost", "api.example.com")


def test_hosts_lead_to_the_balancer_of_this_host_by_its_port() -> None:
    assert urls.of(Settings(home=Path("/srv")), HOSTS) == [
        "http://shop-production.localhost:8080",
        "http://api.example.com:8080",
    ]
    assert urls.of(Settings(home=Path("/srv"), apps_port=80), HOSTS[1:]) == ["http://api.example.com"]


def test_where_the_engine_brings_its_own_balancer_names_of_this_host_lead_nowhere() -> None:
    assert urls.of(Settings(home=Path("/srv"), engine="ecs"), HOSTS) == ["http://api.example.com"]

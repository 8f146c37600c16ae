"""Where people reach an app."""

from collections.abc import Iterable

from fairway.settings import Settings


def of(settings: Settings, hosts: Iterable[str]) -> list[str]:
    """The URL of each host. Names below `localhost` lead to this host's own load balancer; where the engine brings its
    own, they lead nowhere and are left out."""
    if not settings.balances:
        return [f"http://{host}" for host in hosts if not host.endswith(".localhost")]
    port = "" if settings.apps_port == 80 else f":{settings.apps_port}"
    return [f"http://{host}{port}" for host in hosts]

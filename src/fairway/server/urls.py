"""Where people reach an app."""

from collections.abc import Collection, Iterable

from fairway.settings import Settings

HTTP, HTTPS = 80, 443


def of(settings: Settings, hosts: Iterable[str], secure: Collection[str] = ()) -> list[str]:
    """The URL of each host, by HTTPS for those that are `secure`. Names below `localhost` lead to this host's own load
    balancer; where the engine brings its own, they lead nowhere and are left out."""
    if not settings.balances:
        return [f"http://{host}" for host in hosts if not host.endswith(".localhost")]
    plain = "" if settings.apps_port == HTTP else f":{settings.apps_port}"
    tls = "" if settings.apps_tls_port == HTTPS else f":{settings.apps_tls_port}"
    return [f"https://{host}{tls}" if host in secure else f"http://{host}{plain}" for host in hosts]

"""A route as every reader of routes finds it, and which of them says that the app is well."""

from dataclasses import dataclass

# The better the name says it, the earlier; readiness may wait for a database.
NAMES = (
    "healthz", "health", "healthcheck", "health-check", "health_check", "_health", "readyz", "ready",
    "readiness", "livez", "live", "liveness", "alive", "ping", "heartbeat", "status", "up", "_status", "hc",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A full path and where it is defined."""

    path: str
    where: str


def rank(route: Route) -> tuple[int, int] | None:
    """The order among health paths; None for a path that is none. One with a parameter (`/health/:id`) is none."""
    parts = [part for part in route.path.split("/") if part]
    if not parts or any(":" in part or "$" in part or "*" in part for part in parts):
        return None
    if parts[-1].lower() in NAMES:
        return NAMES.index(parts[-1].lower()), len(parts)
    return None

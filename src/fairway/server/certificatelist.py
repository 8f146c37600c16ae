"""Which domains of an app have a certificate, for its status and its URLs."""

from collections.abc import Sequence

from fairway.domain.certificates import Standing, State
from fairway.domain.ids import AppName
from fairway.errors import Unavailable
from fairway.services import Services

LOCAL = ".localhost"
"""How the names end that every environment has for this host alone: no certificate is ever theirs."""


async def listed(services: Services, app: AppName | None = None) -> Sequence[Standing]:
    """Every domain, of one app or of all, but for this host's own names without a certificate. Raises Unavailable."""
    found = await services.certificates.listed(app)
    return [each for each in found if not each.host.endswith(LOCAL) or each.certificate is not None]


async def of_app(services: Services, app: AppName) -> Sequence[Standing]:
    """Those of an app, for its status. None where nothing is served by TLS: that is no state to be mended then. None
    either while the load balancer does not answer, which keeps nobody from seeing the rest."""
    if not (services.settings.apps_tls_port and services.settings.balances):
        return []
    try:
        return await listed(services, app)
    except Unavailable:
        return []


def secure(standings: Sequence[Standing]) -> frozenset[str]:
    """The host names that are reached by HTTPS."""
    return frozenset(each.host for each in standings if each.state is State.SECURE)

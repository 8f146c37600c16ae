"""Who keeps the certificates of the domains, and whom people ask about them."""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from fairway.adapters.haproxy.terminator import HaproxyTerminator
from fairway.adapters.store.certificates import SqlCertificates
from fairway.bootstrap import credentials
from fairway.bootstrap.ground import Ground
from fairway.certificates.desk import CertificateDesk
from fairway.certificates.keeper import Keeper, Parts
from fairway.ports.balancer import Unbalanced
from fairway.ports.certificates import Unterminated

UNSIGNED = "this server orders no certificates"
ELSEWHERE = "ECS has a load balancer of its own", "certificates are those of its listener, in ACM"
PLAIN = "FAIRWAY_APPS_TLS_PORT is not set", "set it, for example to 443, and start the server again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certifying:
    """`serves`: this host's load balancer takes TLS."""

    desk: CertificateDesk
    keeper: Keeper
    serves: bool

    def duties(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What goes on for as long as the server does."""
        return {"certificates": self.keeper.run()} if self.serves else {}


def certify(laid: Ground) -> Certifying:
    """Put together what the settings ask for. No authority is asked for anything."""
    settings, secret = laid.settings, laid.secret
    serves = settings.balances and bool(settings.apps_tls_port)
    keeper = Keeper(
        Parts(
            authority=None,
            certificates=SqlCertificates(
                laid.store.database, credentials.seal_for(secret), credentials.open_for(secret)
            ),
            terminator=HaproxyTerminator(laid.balancer) if serves else Unterminated(),
            balancer=laid.balancer if settings.balances else Unbalanced(),
            clock=laid.clock,
            notices=laid.notices,
            unsigned=UNSIGNED,
        )
    )
    closed, mend = ("", "") if serves else PLAIN if settings.balances else ELSEWHERE
    return Certifying(desk=CertificateDesk(keeper, closed=closed, mend=mend), keeper=keeper, serves=serves)

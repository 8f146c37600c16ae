"""Who keeps the certificates of the domains, and whom people ask about them."""

import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from fairway.adapters.acme.authority import AcmeAuthority, Place, find_trust
from fairway.adapters.haproxy.terminator import HaproxyTerminator
from fairway.adapters.store.certificates import SqlCertificates
from fairway.bootstrap import credentials
from fairway.bootstrap.ground import Ground
from fairway.certificates.accountkey import account_key
from fairway.certificates.desk import CertificateDesk
from fairway.certificates.keeper import Keeper, Parts
from fairway.ports.balancer import Unbalanced
from fairway.ports.certificates import Unterminated

UNSIGNED = "FAIRWAY_ACME_EMAIL is not set, so no certificate is ordered"
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
    """Put together what the settings ask for. No authority is asked for anything yet."""
    settings = laid.settings
    serves = settings.balances and bool(settings.apps_tls_port)
    seal, open_ = credentials.seal_for(laid.secret), credentials.open_for(laid.secret)
    closed, mend = ("", "") if serves else PLAIN if settings.balances else ELSEWHERE
    keeper = Keeper(
        Parts(
            authority=find_authority(laid, account_key(laid.store.sealed_keys, seal, open_)) if serves else None,
            certificates=SqlCertificates(laid.store.database, seal, open_),
            terminator=HaproxyTerminator(laid.balancer) if serves else Unterminated(),
            balancer=laid.balancer if settings.balances else Unbalanced(),
            clock=laid.clock,
            notices=laid.notices,
            unsigned=closed or ("" if settings.acme_email else UNSIGNED),
        )
    )
    return Certifying(desk=CertificateDesk(keeper, closed=closed, mend=mend), keeper=keeper, serves=serves)


def find_authority(laid: Ground, key: Callable[[], Awaitable[str]]) -> AcmeAuthority | None:
    """The one that the settings name; None when nobody has agreed to its terms."""
    settings = laid.settings
    if not settings.acme_email:
        return None
    trust = find_trust(os.environ)
    return AcmeAuthority(Place(directory=settings.acme_directory, email=settings.acme_email, trust=trust), key)

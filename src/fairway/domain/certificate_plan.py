"""What one look at the host names, the certificates and the load balancer leads to: pure.

The store is the truth of which certificate a host has; the load balancer is brought in line with it. A host that has
lost its routes loses what is presented for it, and its certificate stays in the store until 30 days after its end: an
app that is taken down and comes back a day later needs no new one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from fairway.domain import certificate_names
from fairway.domain.certificate_times import KEPT, earliest, renewal
from fairway.domain.certificates import Certificate, Failure, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Host names, sorted: to order for, to withdraw, to forget; and the certificates to present."""

    orders: tuple[str, ...] = ()
    presents: tuple[Certificate, ...] = ()
    withdrawals: tuple[str, ...] = ()
    forgets: tuple[str, ...] = ()


def plan(
    hosts: Collection[str],
    certificates: Sequence[Certificate],
    failures: Sequence[Failure],
    presented: Mapping[str, str],
    now: float,
    *,
    directory: str,
    wanted: Collection[str] = (),
) -> Plan:
    """`hosts` are the names that have a route, in lower case; `presented` the fingerprint by host. `directory` is the
    URL of the authority that is ordered from, "" when there is none. For `wanted` hosts somebody has asked for an order
    out of turn."""
    kept = {each.host: each for each in certificates}
    failed = {each.host: each for each in failures}
    known = sorted({*kept, *failed} - set(hosts))
    return Plan(
        orders=tuple(
            host
            for host in sorted(hosts)
            if directory and is_due(host, kept.get(host), failed.get(host), now, directory, wanted=host in wanted)
        ),
        presents=tuple(
            kept[host] for host in sorted(hosts) if host in kept and presented.get(host) != kept[host].fingerprint
        ),
        withdrawals=tuple(host for host in sorted(presented) if host not in hosts or host not in kept),
        forgets=tuple(host for host in known if is_past(kept.get(host), failed.get(host), now)),
    )


def is_due(
    host: str,
    certificate: Certificate | None,
    failure: Failure | None,
    now: float,
    directory: str,
    *,
    wanted: bool = False,
) -> bool:
    """Whether a certificate is ordered for a routed host at `now` from the authority of that directory.

    One that the operator gave is never replaced. One of another authority is at once: whoever began with the staging
    directory of an authority, whose certificates no browser trusts, goes on to the real one by naming that.
    """
    if certificate_names.find_refusal(host):
        return False
    if certificate is not None and certificate.origin is Origin.GIVEN:
        return False
    if wanted and now >= earliest(certificate, failure):
        return True
    if failure is not None and now < failure.again:
        return False
    return certificate is None or certificate.directory != directory or now >= renewal(certificate)


def is_past(certificate: Certificate | None, failure: Failure | None, now: float) -> bool:
    """Whether what is known of a host without a route is of no use to anybody any more."""
    if certificate is not None:
        return now >= certificate.not_after + KEPT
    return failure is not None and now >= max(failure.at + KEPT, failure.again)

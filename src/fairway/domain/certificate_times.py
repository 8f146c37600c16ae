"""When a certificate is renewed, and when an order that failed is made again: pure.

Renewal is when a third of the life is left, and half of one that is shorter than ten days, as Let's Encrypt asks
(https://letsencrypt.org/docs/integration-guide/, "When to Renew"). The authority's own suggestion (RFC 9773, ARI) is
not asked for: Fairway renews early enough without it, and looks again when the rules of an authority change.

The waits between failed orders are those of the same guide ("Retrying Failures"): a minute, ten, a hundred, then a
day. Let's Encrypt allows five failed validations of a name for each account and hour, and one more every 12 minutes
(https://letsencrypt.org/docs/rate-limits/). So nobody comes near it, not even who asks for an order by hand: see
`earliest`.
"""

import hashlib

from fairway.domain.certificates import Certificate, Failure

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
SHORT = 10 * DAY
"""A life below which half of it is left at the renewal."""
SPREAD = 1 / 24
"""The part of the life over which the renewals of many hosts are spread; 3.75 days of 90."""
WAITS = (MINUTE, 10 * MINUTE, 100 * MINUTE, DAY)
"""Seconds after the first, the second, the third, and each further failure in a row."""
LONGEST_UNREACHED = HOUR
"""Seconds that are waited at most for an authority that did not answer: nothing was validated, so nothing counts."""
FREE = 2
"""After so many failures in a row a person may still ask for the next order at once."""
HURRY = 20 * MINUTE
"""Seconds after a later failure, and HOUR after a success, before a person may ask for an order."""
KEPT = 30 * DAY
"""Seconds for which what belongs to no route is kept after its end."""


def renewal(certificate: Certificate) -> float:
    """When the certificate is renewed. Each host has a time of its own, up to SPREAD of the life before the latest."""
    life = certificate.not_after - certificate.not_before
    part = 1 / 2 if life < SHORT else 2 / 3
    return certificate.not_before + life * (part - SPREAD * share(certificate.host))


def share(host: str) -> float:
    """A number from 0 to 1 that is the host's own, and the same each time."""
    return int.from_bytes(hashlib.sha256(host.encode()).digest()[:4]) / 2**32


def fail(
    before: Failure | None, host: str, cause: str, *, now: float, reached: bool = True, asked: float = 0.0
) -> Failure:
    """The failure of an order at `now`, after the one `before`. `reached`: the authority answered. `asked`: how many
    seconds it said to wait."""
    times = 1 if before is None else before.times + 1
    wait = WAITS[min(times, len(WAITS)) - 1]
    if not reached:
        wait = min(wait, LONGEST_UNREACHED)
    return Failure(host=host, at=now, times=times, cause=cause, again=now + max(wait, asked))


def earliest(certificate: Certificate | None, failure: Failure | None) -> float:
    """From when a person may ask for an order out of turn. With `fail` that makes at most five failed orders an hour.

    A certificate says that it began an hour before it was signed, for clients whose clocks are late.
    """
    after_failure = 0.0 if failure is None or failure.times <= FREE else failure.at + HURRY
    after_success = 0.0 if certificate is None else certificate.not_before + 2 * HOUR
    return max(after_failure, after_success)

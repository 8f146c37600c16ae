"""Certificates for the domains that apps are served under: what one is, and the times that count in its life.

Each host name has a certificate of its own, so that a name whose DNS is wrong keeps no other from being served.
"""

from dataclasses import dataclass
from enum import StrEnum

from fairway.domain.ids import AppName, EnvironmentName


class Origin(StrEnum):
    """Where a certificate comes from."""

    ORDERED = "ordered"
    """From a certificate authority, by ACME; renewed before it ends."""
    GIVEN = "given"
    """Put there by the operator, who renews it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What is known of the certificate of `host`, a host name in lower case. Times are in seconds since the epoch."""

    host: str
    origin: Origin
    issuer: str
    not_before: float
    not_after: float
    fingerprint: str
    """SHA-256 of the certificate itself (DER), in lower-case hexadecimal."""
    directory: str = ""
    """The URL of the directory of the authority that it was ordered from; "" for one that was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What became of the latest order for `host`, which was refused or did not come to its end."""

    host: str
    at: float
    times: int
    """How many orders have failed in a row, from 1."""
    cause: str
    again: float
    """When the next one is made."""


class State(StrEnum):
    """How a domain stands."""

    SECURE = "SECURE"
    """A certificate that holds is presented."""
    ORDERING = "ORDERING"
    """None yet: one is being ordered, or is about to be."""
    FAILED = "FAILED"
    """None, and the latest order failed."""
    ENDED = "ENDED"
    """The one that it has is past its end."""
    PLAIN = "PLAIN"
    """None, and none is ordered: no authority is set, or it signs no such name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a host name that an environment is served under stands, with the cause where something is wrong."""

    host: str
    app: AppName
    environment: EnvironmentName
    state: State
    certificate: Certificate | None = None
    failure: Failure | None = None
    cause: str = ""
    """Why the state is not SECURE, in one sentence."""

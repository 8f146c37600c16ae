"""Certificates and failures for tests; times are in seconds."""

from fairway.domain.certificates import Certificate, Failure, Origin

DAY = 86400.0
HOST = "shop.example.org"
DIRECTORY = "https://ca.example/directory"


def make_certificate(host: str = HOST, **changes: object) -> Certificate:
    """One of 90 days from 0 on, that was ordered."""
    values: dict[str, object] = {
        "host": host,
        "origin": Origin.ORDERED,
        "issuer": "Test CA",
        "not_before": 0.0,
        "not_after": 90 * DAY,
        "fingerprint": f"of-{host}",
        "directory": DIRECTORY,
        **changes,
    }
    return Certificate(**values)  # type: ignore[arg-type]


def make_failure(host: str = HOST, **changes: object) -> Failure:
    """The first one, at 0, that is tried again after a minute."""
    values: dict[str, object] = {"host": host, "at": 0.0, "times": 1, "cause": "refused", "again": 60.0, **changes}
    return Failure(**values)  # type: ignore[arg-type]

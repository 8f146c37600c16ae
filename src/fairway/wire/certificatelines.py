"""A domain that has no certificate as it should: what is wrong and what to do, as lines of text from the API's JSON."""

from collections.abc import Mapping
from typing import Any

from fairway.wire import words

Json = Mapping[str, Any]


HEADS = {
    "ORDERING": "no certificate yet",
    "FAILED": "no certificate",
    "ENDED": "served with a certificate that has ended",
    "PLAIN": "served by HTTP alone",
}


def line(standing: Json, *, now: float) -> str:
    """`shop.example.org  no certificate: CAUSE; now: fairway certificates order shop.example.org`; "" for one that is
    well."""
    if not (why := cause(standing)):
        return ""
    head = HEADS.get(standing["state"])
    told = f"{head}: {why}" if head else f"{why}, which leaves {words.duration(left(standing, now))}"
    return "; ".join(part for part in (f"{standing['domain']}  {told}", mend(standing, now=now)) if part)


def cause(standing: Json) -> str:
    """Why it is not secure, or will not be for long: one that could not be renewed is not well."""
    failure = standing["failure"]
    if standing["state"] == "SECURE" and failure is not None:
        return f"not renewed: {words.clean(failure['cause'])}"
    return words.clean(standing["cause"])


def left(standing: Json, now: float) -> float:
    """The seconds for which its certificate holds."""
    return float(standing["certificate"]["not_after"] - now)


def mend(standing: Json, *, now: float) -> str:
    """When it is tried again by itself, and the command that may mend it; "" for one that is well."""
    return "; ".join(part for part in (again(standing, now), advice(standing)) if part)


def again(standing: Json, now: float) -> str:
    """When it is tried again by itself, "" when it is not."""
    if (failure := standing["failure"]) is None:
        return ""
    wait = failure["again"] - now
    return f"tried again in {words.duration(wait)}" if wait > 0 else "about to be tried again"


def advice(standing: Json) -> str:
    """The command that mends it, or may."""
    domain, certificate = standing["domain"], standing["certificate"]
    give = f"fairway certificates add {domain} --chain FILE --key FILE"
    match standing["state"]:
        case "PLAIN":
            return give
        case "ENDED" if certificate is not None and certificate["origin"] == "given":
            return give
        case "ENDED" | "FAILED":
            return f"now: fairway certificates order {domain}"
        case "SECURE" if standing["failure"] is not None:
            return f"now: fairway certificates order {domain}"
    return ""

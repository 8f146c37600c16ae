"""What an authority refused, in its own words, and what to do about it."""

import email.utils
from collections.abc import Sequence
from datetime import UTC, datetime

import requests
from acme import messages

from fairway.errors import FairwayError, Unavailable, WorkFailed
from fairway.ports.certificates import Limited

UNSAID = 3600.0
"""Seconds that are waited for an authority that has had enough, and does not say for how long."""
LONGEST_ASKED = 7 * 86400.0
"""Seconds that are waited at most because an authority says so: no limit of theirs counts more than a week."""
LONGEST = 500
"""Characters of the authority's words that are kept."""
ROUTER = "port 80 of the name's address must lead to FAIRWAY_APPS_PORT of this host, from everywhere"
REACH = "FAIRWAY_ACME_DIRECTORY names it; this host must reach it over HTTPS"
HINTS = {
    "dns": "give the name an A or AAAA record that leads to this host",
    "connection": ROUTER,
    "tls": ROUTER,
    "unauthorized": "the name leads to another server: look at its A and AAAA records, and at a proxy before this host",
    "incorrectResponse": "the name leads to another server: look at its A and AAAA records",
    "caa": "let the name's CAA records name the authority",
    "rejectedIdentifier": "the authority signs no such name; give a certificate of your own: fairway certificates add",
    "invalidContact": "FAIRWAY_ACME_EMAIL is an address that receives mail",
    "unsupportedContact": "FAIRWAY_ACME_EMAIL is an address that receives mail",
    "externalAccountRequired": "Fairway knows no such accounts; choose another FAIRWAY_ACME_DIRECTORY",
}
"""By the kind of an error of RFC 8555, section 6.7."""


def explain(authority: str, host: str, error: messages.Error, retry_after: float) -> FairwayError:
    """What an answer that says no means. `retry_after` is in seconds, 0 when it said none."""
    what = f"{authority} signs no certificate for {host}" if host else f"{authority} gives no account"
    if error.code == "rateLimited":
        return Limited(what, why=say(error), seconds=retry_after or UNSAID)
    if error.code == "serverInternal":
        return Unavailable(f"{authority} can't work at present", why=say(error))
    return WorkFailed(what, why=say(error), hint=HINTS.get(error.code or "", ""))


def read_wait(said: str | None, now: datetime) -> float:
    """The seconds from `now` on that a Retry-After header says, as a number or as a time (RFC 9110, section 10.2.3),
    LONGEST_ASKED at most; 0 for none, for a time that is over, and for what can't be read."""
    if said is None:
        return 0.0
    if said.isascii() and said.isdigit():
        return min(float(said), LONGEST_ASKED)
    try:
        at = email.utils.parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    # "-0000" is a time in UTC that says nothing of where it was written.
    seconds = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)) - now
    return min(max(0.0, seconds.total_seconds()), LONGEST_ASKED)


def unproved(host: str, said: Sequence[messages.Error]) -> WorkFailed:
    """The error for a name whose challenge was not answered as it should be."""
    why = "; ".join(map(say, said)) or "the authority does not say why"
    hint = next((HINTS[each.code] for each in said if each.code in HINTS), ROUTER)
    return WorkFailed(f"the authority could not see that {host} is served here", why=why, hint=hint)


def no_challenge(host: str, offered: Sequence[str]) -> WorkFailed:
    """The error for an authority that wants another proof."""
    return WorkFailed(
        f"the authority does not offer HTTP-01 for {host}", why=f"it offers {', '.join(offered) or 'nothing'}"
    )


def too_slow(authority: str, host: str) -> WorkFailed:
    """The error for an order that does not come to its end."""
    return WorkFailed(f"{authority} did not come to an end with the order for {host} in time")


def say(error: messages.Error) -> str:
    """The authority's words, of each part of the request, on one line."""
    parts = [error.detail or error.title or error.typ, *(each.detail or "" for each in error.subproblems or ())]
    text = " ".join("; ".join(each for each in parts if each).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def unreached(authority: str, error: requests.RequestException) -> Unavailable:
    """The error for an authority that there is no conversation with, in a few words: what `requests` says holds
    addresses of objects."""
    why, hint = "what it answered is no whole HTTP", REACH
    if isinstance(error, requests.exceptions.SSLError):
        why = "its certificate can't be trusted"
        hint = "FAIRWAY_CA_FILE names a file of the authorities that it is checked with, a company's own among them"
    elif isinstance(error, requests.Timeout):
        why = "it did not answer in time"
    elif isinstance(error, requests.ConnectionError):
        why = "nothing takes the connection"
    return Unavailable(f"the certificate authority at {authority} can't be reached", why=why, hint=hint)

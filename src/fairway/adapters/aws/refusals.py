"""What AWS refuses, as Fairway's errors with the way out; written once, for all of the adapters to AWS.

The codes are those of the services' API references ("Common error types" and each operation's own). A text of AWS's is
shown only after `clean`, for some repeat what was sent.
"""

import contextlib
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from fairway.adapters.aws import credentials, regions
from fairway.domain.aws import denial, quotas
from fairway.errors import Conflict, FairwayError, NotFound, Unavailable, UsageError

if TYPE_CHECKING:
    from fairway.adapters.aws.session import Session

TAKEN = re.compile(r"Already(?:Exists|OwnedByYou)|ResourceExists|^Duplicate\w+Name$")
MISSING = re.compile(r"NotFound|NoSuch|DoesNotExist")
BUSY = re.compile(r"InUse|InProgress|Conflict|ConcurrentModification|^Invalid\w*(?:State|Status)|DependencyViolation")
THROTTLED = re.compile(
    r"Throttl|TooManyRequests|RequestLimitExceeded|ThroughputExceeded|^SlowDown$|PriorRequestNotComplete"
)
ENCODED = re.compile(r"Encoded authorization failure message:.*", re.S)
SIGNED = re.compile(r"(?:The )?(?:Canonical String|String-to-Sign)\b.*|x-amz-security-token.*", re.S | re.I)
ECHOED = re.compile(r"(?i)\bvalue '.*' at '", re.S)
QUOTED = re.compile(r"'(?:[^'\n]{60,})'|\"(?:[^\"\n]{60,})\"")
PASSED = re.compile(r"value: .*?(?=, (?:type|valid) )", re.S)
LONGEST = 500
"""Characters of AWS's text that are shown."""


class Refused(Exception):
    """An error of AWS's that the caller asked to have: its code, its message, and what it is `otherwise`."""

    def __init__(self, code: str, message: str, otherwise: FairwayError) -> None:
        super().__init__(f"{code}: {clean(message)}")
        self.code = code
        self.message = message
        self.otherwise = otherwise


@contextlib.contextmanager
def translated(session: "Session", service: str, operation: str, known: Collection[str] = ()) -> Iterator[None]:
    """Raise what botocore raises inside as Fairway's error, or as Refused when its code is one of `known`."""
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        described = error.response.get("Error", {})
        code, message = str(described.get("Code", "")), str(described.get("Message", ""))
        refusal = explain(session, service, error.operation_name or operation, error.response)
        if code in known:
            raise Refused(code, message, refusal) from error
        raise refusal from error
    except ParamValidationError as error:
        # The cause is not chained: its text repeats what was passed.
        raise malformed(f"{service}:{operation}", str(error.kwargs.get("report", ""))) from None
    except ResponseParserError as error:
        # A proxy's page, or a stand-in of AWS that does not know the call. Its text repeats all that came.
        raise Unavailable(
            f"what answered {service}:{operation} is not AWS",
            why="the answer is not one that AWS's reference describes",
            hint="is a proxy in between, or AWS_ENDPOINT_URL set?",
        ) from error
    except BotoCoreError as error:
        about = credentials.explain(error, session.profile)
        raise about or regions.explain(error, service, session.region, session.endpoint) from error


def explain(session: "Session", service: str, operation: str, response: Any) -> FairwayError:
    """The error that stands for an answer of AWS's."""
    described = response.get("Error", {})
    code, message = str(described.get("Code", "")), str(described.get("Message", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    name = f"{service}:{operation}"
    if refusal := credentials.rejected(code, message, session.profile, session.region):
        return refusal
    if code in denial.CODES or (status == 403 and denial.read(message)):
        return denied(name, message)
    if THROTTLED.search(code) or "rate exceeded" in message.lower():
        return Unavailable(
            f"AWS is throttling {name}",
            why="too many calls come from this account; Fairway has waited and asked again, in vain",
            hint="try again in a minute; what else calls AWS in this account and region?",
        )
    if quotas.reached(code, message):
        return exceeded(code, message, session.region)
    return other(name, code, message, status)


def malformed(name: str, report: str) -> FairwayError:
    """A call that botocore does not even send: what was passed is no value for it, a fault of Fairway's own."""
    return FairwayError(
        f"Fairway asks AWS for {name} in a way that AWS does not know",
        why=clean(PASSED.sub("value: …", report)),
        hint="this is a fault in Fairway: please report it",
    )


def denied(name: str, message: str) -> UsageError:
    """A permission is missing: which, on what, and who would need it."""
    found = denial.read(message) or denial.Denial()
    action = found.action or name
    return UsageError(f"AWS does not allow {action}", why=denial.why(found), hint=denial.hint(found))


def exceeded(code: str, message: str, region: str) -> Conflict:
    """A quota is reached: which, and how to ask for more."""
    quota = quotas.of(code, message)
    counts = f": {quota.counts}" if quota else ""
    return Conflict(
        f"a quota of the AWS account is reached{counts}",
        why=f"AWS says {code}: {clean(message)}",
        hint=quotas.ask_for_more(quota, region),
    )


def other(name: str, code: str, message: str, status: int) -> FairwayError:
    """Every other answer, by what its code says of itself."""
    why = f"AWS says {code}: {clean(message)}" if message else f"AWS says {code or status}"
    if status >= 500:
        return Unavailable(f"AWS can't do {name} at present", why=why, hint="try again; https://health.aws.amazon.com")
    if TAKEN.search(code):
        return Conflict(f"a name is taken already: {name}", why=why, hint="it belongs to something else in the account")
    if MISSING.search(code):
        return NotFound(f"AWS does not find what {name} names", why=why)
    if BUSY.search(code):
        return Conflict(f"AWS can't do {name} in the present state", why=why, hint="try again when that has passed")
    return UsageError(f"AWS refuses {name}", why=why)


def clean(message: str) -> str:
    """AWS's text in one line, without what it repeats of the request: values, long quotations, signed headers."""
    text = SIGNED.sub("", ENCODED.sub("", message))
    text = ECHOED.sub("value '…' at '", text)
    text = QUOTED.sub("'…'", text)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

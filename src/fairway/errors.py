"""The one family of errors that Fairway shows to people.

An error says what happened, why, and what to do next. Adapters wrap what their vendor raised once, with the cause
chained; rooms let it pass; the front doors (command line, HTTP, git push) print it. A secret never stands in one.

    FairwayError                exit status
    ├── UsageError              2   the call or the configuration was wrong
    │   └── NotFound            2   it names what does not exist
    ├── Conflict                1   it can't be done in the present state
    ├── WorkFailed              1   a build, a test, a deployment failed
    ├── Unavailable             1   something that Fairway needs did not answer (Docker, the registry, HAProxy)
    └── Unreachable             3   the server did not answer
"""

from collections.abc import Sequence
from dataclasses import dataclass


class FairwayError(Exception):
    """What, why and what to do.

    `what` is one sentence without a full stop, `why` its reason, `hint` the next thing to do or type, `docs` a page
    of the documentation. `code` names the kind in JSON, `exit_status` is the command line's, `http_status` the API's.
    """

    code = "error"
    exit_status = 1
    http_status = 500

    def __init__(self, what: str, *, why: str = "", hint: str = "", docs: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.hint = hint
        self.docs = docs


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong in a file: where, what, and what would be right. `line` counts from 1; 0 is unknown."""

    file: str
    line: int
    key: str
    message: str
    hint: str = ""


class UsageError(FairwayError):
    """The call or the configuration was wrong; `findings` lists every place at once."""

    code = "usage"
    exit_status = 2
    http_status = 422

    def __init__(
        self, what: str, *, why: str = "", hint: str = "", docs: str = "", findings: Sequence[Finding] = ()
    ) -> None:
        super().__init__(what, why=why, hint=hint, docs=docs)
        self.findings = tuple(findings)


class NotFound(UsageError):
    """The call names something that does not exist."""

    code = "not_found"
    http_status = 404


class Unauthorized(UsageError):
    """The token is missing or wrong."""

    code = "unauthorized"
    http_status = 401


class Conflict(FairwayError):
    """It can't be done in the present state, or somebody else changed it first."""

    code = "conflict"
    http_status = 409


class WorkFailed(FairwayError):
    """A build, a test or a deployment failed; `log` holds the last lines worth reading."""

    code = "failed"
    http_status = 500

    def __init__(self, what: str, *, why: str = "", hint: str = "", docs: str = "", log: Sequence[str] = ()) -> None:
        super().__init__(what, why=why, hint=hint, docs=docs)
        self.log = tuple(log)


class Unavailable(FairwayError):
    """Something that Fairway needs on this host did not answer."""

    code = "unavailable"
    http_status = 503


class Unreachable(FairwayError):
    """The Fairway server could not be reached."""

    code = "unreachable"
    exit_status = 3
    http_status = 503

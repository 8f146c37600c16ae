"""An error becomes a Cause: what a report shows of a stage that failed."""

import logging
import secrets

from fairway.domain.deployment import Cause
from fairway.errors import FairwayError, Finding, UsageError, WorkFailed

LOG = logging.getLogger(__name__)


def from_error(error: Exception, *, stage: str, number: int) -> Cause:
    """The Cause of what a stage raised. An unexpected error is logged in full under a reference, which is all that the
    report shows of it."""
    show = f"fairway show {number}"
    if not isinstance(error, FairwayError):
        reference = secrets.token_hex(4)
        LOG.error("reference %s: %s of execution %s failed", reference, stage, number, exc_info=error)
        return Cause(
            sentence=f"Fairway itself failed in {stage} (reference {reference})",
            seen=type(error).__name__,
            fix=f"fairway deploy tries it again; if it stays, fairway server logs has the details under {reference}",
            more=(show, "fairway server logs"),
        )
    log: tuple[str, ...] = ()
    if isinstance(error, WorkFailed):
        log = error.log
    elif isinstance(error, UsageError):
        log = tuple(map(describe_finding, error.findings))
    return Cause(sentence=error.what, seen=error.why, fix=error.hint, log=log, more=(show,))


def describe_finding(finding: Finding) -> str:
    """`fairway.toml:3  services.web.prot  unknown key (did you mean "port"?)`."""
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file
    words = f"{finding.message} ({finding.hint})" if finding.hint else finding.message
    return "  ".join(part for part in (place, finding.key, words) if part)

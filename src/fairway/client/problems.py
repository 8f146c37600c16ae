"""Problem documents (RFC 9457) become the errors that they were on the server."""

import json
from collections.abc import Mapping
from typing import Any

from fairway import errors
from fairway.errors import FairwayError, Finding

CLASSES: Mapping[str, type[FairwayError]] = {
    kind.code: kind
    for kind in (
        errors.UsageError,
        errors.NotFound,
        errors.Unauthorized,
        errors.Conflict,
        errors.WorkFailed,
        errors.Unavailable,
        errors.Unreachable,
    )
}
BY_STATUS: Mapping[int, type[FairwayError]] = {
    400: errors.UsageError,
    401: errors.Unauthorized,
    404: errors.NotFound,
    409: errors.Conflict,
    422: errors.UsageError,
    503: errors.Unavailable,
}


class Refused(FairwayError):
    """The server answered with an error of a kind that this client does not know."""


def read(status: int, content: bytes, url: str) -> FairwayError:
    """The error in an answer; one made from the status alone when the answer holds no problem document."""
    try:
        document = json.loads(content)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("title"), str):
        kind = BY_STATUS.get(status, Refused)
        return kind(f"the server at {url} answered with status {status}", hint="fairway server logs")
    return make(document, status)


def make(document: Mapping[str, Any], status: int = 500) -> FairwayError:
    """The error that a problem document describes."""
    kind = CLASSES.get(str(document.get("code")), BY_STATUS.get(status, Refused))
    texts = {
        field: str(document.get(name) or "") for field, name in (("why", "detail"), ("hint", "hint"), ("docs", "docs"))
    }
    what = str(document["title"])
    if issubclass(kind, errors.UsageError):
        return kind(what, **texts, findings=[_finding(item) for item in document.get("findings") or ()])
    if issubclass(kind, errors.WorkFailed):
        return kind(what, **texts, log=[str(line) for line in document.get("log") or ()])
    return kind(what, **texts)


def _finding(item: Mapping[str, Any]) -> Finding:
    return Finding(
        file=str(item.get("file") or ""),
        line=int(item.get("line") or 0),
        key=str(item.get("key") or ""),
        message=str(item.get("message") or ""),
        hint=str(item.get("hint") or ""),
    )

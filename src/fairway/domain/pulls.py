"""Pull requests, as the forges tell of them: read from a call, and what there is to know of one until it is decided.

A call is believed in what only the forge can say: which pull request it is, where it goes, that it was opened or
closed. Which commit its head is tells the fetch.

    GitHub              pull_request                               refs/pull/N/head
    Gitea, Forgejo      pull_request, pull_request_sync            refs/pull/N/head
    GitLab              Merge Request Hook                         refs/merge-requests/N/head
    Bitbucket           pullrequest:created, updated, fulfilled…   none: the branch that it comes from
    Bitbucket Server    pr:opened, pr:from_ref_updated, pr:merged… refs/pull-requests/N/from
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fairway.domain.app import PullEvent
from fairway.domain.remotes import Forge
from fairway.errors import UsageError

HIGHEST = 2**31 - 1
LONGEST = 255
"""Characters of a branch's name."""
OPENED, UPDATED, CLOSED = PullEvent.OPENED, PullEvent.UPDATED, PullEvent.CLOSED
ACTIONS: Mapping[str, PullEvent] = {
    "opened": OPENED,
    "reopened": OPENED,
    "synchronize": UPDATED,
    "synchronized": UPDATED,
    "closed": CLOSED,
    "open": OPENED,
    "reopen": OPENED,
    "merge": CLOSED,
    "close": CLOSED,
}
"""What GitHub, Gitea and GitLab call their actions. Those that depend on what was changed are in `_edited`."""
EVENTS: Mapping[str, PullEvent] = {
    "pullrequest:created": OPENED,
    "pullrequest:updated": UPDATED,
    "pullrequest:fulfilled": CLOSED,
    "pullrequest:rejected": CLOSED,
    "pr:opened": OPENED,
    "pr:reopened": OPENED,
    "pr:from_ref_updated": UPDATED,
    "pr:modified": UPDATED,
    "pr:merged": CLOSED,
    "pr:declined": CLOSED,
    "pr:deleted": CLOSED,
}
"""Bitbucket's, whose events have a name for each."""
NAMES = frozenset({"pull_request", "pull_request_sync", "merge request hook", *EVENTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request: from which branch (`source`, perhaps of a fork) to which (`target`), what happened to it and who
    did it. `ref` is where its head lies at the forge, "" where that is nowhere that can be fetched."""

    number: int
    event: PullEvent
    target: str
    source: str
    ref: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What is kept of one. `at` is when something was last told of it (seconds since the epoch), `opened` how often it
    was opened, `decided` whether it is decided what becomes of what was told. `head` is the commit that was found."""

    pull: PullRequest
    at: float
    opened: int = 1
    decided: bool = False
    head: str = ""


def note(before: Noted | None, pull: PullRequest, *, at: float) -> Noted:
    """What is kept after something was told.

    Told "opened" and then "updated" before anything was decided, it stays "opened": a filter that takes only that event
    must not miss it.
    """
    if before is None:
        return Noted(pull=pull, at=at)
    opened = before.opened + (pull.event is OPENED)
    if pull.event is UPDATED and not before.decided and before.pull.event is OPENED:
        pull = replace(pull, event=OPENED)
    return Noted(pull=pull, at=at, opened=opened, head=before.head)


def read(forge: Forge, event: str, payload: Mapping[str, Any]) -> PullRequest | None:
    """The pull request that a call is about; None when nothing happened to it that concerns us (a label, a comment).

    Raises UsageError for a payload that has not the forge's shape.
    """
    try:
        match forge:
            case Forge.GITHUB | Forge.GITEA:
                return _github(payload)
            case Forge.GITLAB:
                return _gitlab(payload)
            case Forge.BITBUCKET:
                return _bitbucket(EVENTS[event.lower()], payload)
            case Forge.BITBUCKET_SERVER:
                return _bitbucket_server(EVENTS[event.lower()], payload)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"the payload of {forge} is none of a pull request", why="it lacks what names one") from error


def _github(payload: Mapping[str, Any]) -> PullRequest | None:
    event = ACTIONS.get(_text(payload["action"]))
    if payload["action"] == "edited" and {"base", "ref"} & set(payload.get("changes") or {}):
        # It goes to another branch now: GitHub says `base`, Gitea `ref`.
        event = UPDATED
    if event is None:
        return None
    pull, number = payload["pull_request"], _number(payload["number"])
    return PullRequest(
        number=number,
        event=event,
        target=_branch(pull["base"]["ref"]),
        source=_branch(pull["head"]["ref"]),
        ref=f"refs/pull/{number}/head",
        by=_name(payload.get("sender"), "login"),
    )


def _gitlab(payload: Mapping[str, Any]) -> PullRequest | None:
    found = payload["object_attributes"]
    event = ACTIONS.get(_text(found.get("action") or ""))
    moved = "oldrev" in found or "target_branch" in (payload.get("changes") or {})
    if found.get("action") == "update" and moved:
        event = UPDATED
    if event is None:
        return None
    number = _number(found["iid"])
    return PullRequest(
        number=number,
        event=event,
        target=_branch(found["target_branch"]),
        source=_branch(found["source_branch"]),
        ref=f"refs/merge-requests/{number}/head",
        by=_name(payload.get("user"), "username"),
    )


def _bitbucket(event: PullEvent, payload: Mapping[str, Any]) -> PullRequest:
    found = payload["pullrequest"]
    source, target = found["source"], found["destination"]
    branch = _branch(source["branch"]["name"])
    # A fork that was deleted is null.
    own = (source.get("repository") or {}).get("full_name") == target["repository"]["full_name"]
    return PullRequest(
        number=_number(found["id"]),
        event=event,
        target=_branch(target["branch"]["name"]),
        source=branch,
        ref=f"refs/heads/{branch}" if own else "",
        by=_name(payload.get("actor"), "nickname"),
    )


def _bitbucket_server(event: PullEvent, payload: Mapping[str, Any]) -> PullRequest:
    found = payload["pullRequest"]
    number = _number(found["id"])
    return PullRequest(
        number=number,
        event=event,
        target=_branch(found["toRef"]["displayId"]),
        source=_branch(found["fromRef"]["displayId"]),
        ref=f"refs/pull-requests/{number}/from",
        by=_name(payload.get("actor"), "name"),
    )


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= HIGHEST:
        raise ValueError("no number of a pull request")
    return value


def _branch(value: Any) -> str:
    text = _text(value)
    if not text or len(text) > LONGEST or not text.isprintable():
        raise ValueError("no name of a branch")
    return text


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _name(person: Any, key: str) -> str:
    """Who did it; "" when the payload does not say."""
    found = person.get(key) if isinstance(person, Mapping) else None
    return found if isinstance(found, str) else ""

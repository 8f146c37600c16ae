"""What each forge wants to be asked, as values: where, with which header, and with which JSON."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from fairway.domain.remotes import Address, Forge
from fairway.domain.statuses import CommitStatus, State

GITHUB_HOSTS = frozenset({"github.com", "www.github.com", "ssh.github.com"})
GITHUB = {State.PENDING: "pending", State.SUCCESS: "success", State.FAILURE: "failure", State.STOPPED: "error"}
GITLAB = {State.PENDING: "running", State.SUCCESS: "success", State.FAILURE: "failed", State.STOPPED: "canceled"}
BITBUCKET = {
    State.PENDING: "INPROGRESS",
    State.SUCCESS: "SUCCESSFUL",
    State.FAILURE: "FAILED",
    State.STOPPED: "STOPPED",
}
LONGEST_KEY = 40
SERVER = BITBUCKET | {State.STOPPED: "CANCELLED"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A POST of `body` as JSON. The headers carry the token."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: Mapping[str, Any]


def make(forge: Forge, address: Address, token: str, status: CommitStatus) -> Request:
    """The request that shows the status."""
    match forge:
        case Forge.GITHUB:
            return _github(address, token, status)
        case Forge.GITLAB:
            return _gitlab(address, token, status)
        case Forge.GITEA:
            return _gitea(address, token, status)
        case Forge.BITBUCKET:
            return _bitbucket(address, token, status)
        case Forge.BITBUCKET_SERVER:
            return _server(address, token, status)


def _github(address: Address, token: str, status: CommitStatus) -> Request:
    # By the very name: the token of `notgithub.com` is no business of github.com.
    base = "https://api.github.com" if address.host in GITHUB_HOSTS else f"{site(address)}/api/v3"
    return Request(
        url=f"{base}/repos/{quote(address.repository)}/statuses/{status.commit}",
        headers={"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"},
        body={
            "state": GITHUB[status.state],
            "context": status.context,
            "description": status.description,
            "target_url": status.url,
        },
    )


def _gitlab(address: Address, token: str, status: CommitStatus) -> Request:
    return Request(
        url=f"{site(address)}/api/v4/projects/{quote(address.repository, safe='')}/statuses/{status.commit}",
        headers={"PRIVATE-TOKEN": token},
        body={
            "state": GITLAB[status.state],
            "name": status.context,
            "description": status.description,
            "target_url": status.url,
        },
    )


def _gitea(address: Address, token: str, status: CommitStatus) -> Request:
    return Request(
        url=f"{site(address)}/api/v1/repos/{quote(address.repository)}/statuses/{status.commit}",
        headers={"Authorization": f"token {token}"},
        body={
            "state": GITHUB[status.state],
            "context": status.context,
            "description": status.description,
            "target_url": status.url,
        },
    )


def _bitbucket(address: Address, token: str, status: CommitStatus) -> Request:
    base = "https://api.bitbucket.org" if address.host == "bitbucket.org" else site(address)
    return Request(
        url=f"{base}/2.0/repositories/{quote(address.repository)}/commit/{status.commit}/statuses/build",
        headers={"Authorization": f"Bearer {token}"},
        body=_build(status, BITBUCKET),
    )


def _server(address: Address, token: str, status: CommitStatus) -> Request:
    # https addresses are /scm/PROJ/repo.git, ssh ones /PROJ/repo.git.
    project, _, name = address.repository.removeprefix("scm/").rpartition("/")
    path = f"projects/{quote(project, safe='~')}/repos/{quote(name)}/commits/{status.commit}/builds"
    return Request(
        url=f"{site(address)}/rest/api/latest/{path}",
        headers={"Authorization": f"Bearer {token}"},
        body=_build(status, SERVER),
    )


def _build(status: CommitStatus, words: Mapping[State, str]) -> Mapping[str, Any]:
    return {
        "key": key(status.context),
        "name": status.context,
        "state": words[status.state],
        "url": status.url,
        "description": status.description,
    }


def key(context: str) -> str:
    """The context, or for a longer one than Bitbucket takes as a key (`fairway/APP/pull-request` of a long name) its
    beginning with a digest of it."""
    if len(context) <= LONGEST_KEY:
        return context
    digest = hashlib.sha256(context.encode()).hexdigest()[:8]
    return f"{context[: LONGEST_KEY - 9]}-{digest}"


def site(address: Address) -> str:
    """Where the forge's own pages are: an ssh address has another port than they."""
    return f"https://{address.host}" if address.scheme == "ssh" else f"{address.scheme}://{address.place}"

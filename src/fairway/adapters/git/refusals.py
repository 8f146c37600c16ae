"""What git says when a remote can't be read, turned into an error once: what, why, and what to do."""

import base64

from fairway.adapters.git import names
from fairway.domain.remotes import Address
from fairway.errors import FairwayError, Unavailable, UsageError
from fairway.ports.sources import Remote

LONGEST = 300
DENIED = (
    "authentication failed",
    "could not read username",
    "could not read password",
    "permission denied",
    "error: 401",
    "error: 403",
    "access denied",
    "http basic: access denied",
)
MISSING = ("not found", "does not appear to be a git repository", "error: 404", "could not read from remote repository")
AWAY = (
    "connection refused",
    "timed out",
    "could not resolve host",
    "no route to host",
    "network is unreachable",
    "connection reset",
    "failed to connect",
)
EMPTY = ("please make sure", "and the repository exists", "fatal: could not read from remote repository")
"""Lines that git adds to whatever ssh has said."""
CHANGED_KEY = ("host key verification failed", "remote host identification has changed")
UNSOUND = ("fsck error", "fsckobjects")
NO_SSH = ("cannot run ssh", "ssh: not found")


def read(remote: Remote, complaint: str) -> FairwayError:
    """The error for a call that ended with this complaint. No secret stands in it, though the remote repeat one."""
    text, address = complaint.lower(), remote.address
    why = _last_line(_without(complaint, remote))
    if any(sign in text for sign in CHANGED_KEY):
        return Unavailable(
            f"{address.place} presents another host key than the one that was accepted the first time",
            why="it was given a new one, or somebody else answers in its place",
            hint="if the change is known to be right: fairway source unset, then fairway source set again",
        )
    if any(sign in text for sign in NO_SSH):
        return Unavailable("ssh is not installed", why=why, hint="apt-get install openssh-client")
    if any(sign in text for sign in UNSOUND):
        return UsageError(f"{address.place} sends objects that no honest git makes", why=why, hint="")
    if any(sign in text for sign in AWAY):
        return Unavailable(f"{address.url} can't be read", why=why, hint="")
    if any(sign in text for sign in DENIED):
        return UsageError(
            f"{address.place} refuses the credential for {address.repository}", why=why, hint=_ask(remote)
        )
    if any(sign in text for sign in MISSING):
        return UsageError(
            f"{address.place} has no repository {address.repository}",
            why=f"or it shows it only to others ({why})" if why else "or it shows it only to others",
            hint=_ask(remote),
        )
    return Unavailable(f"{address.url} can't be read", why=why or "git failed without a word", hint="")


def late(address: Address, seconds: float) -> Unavailable:
    """The error for a remote that took too long."""
    return Unavailable(f"{address.url} can't be read", why=f"no end within {seconds:.0f} s", hint="")


def _ask(remote: Remote) -> str:
    if remote.address.scheme == "ssh":
        return "fairway source set URL --deploy-key FILE, with a key that the repository's settings know"
    return "fairway source set URL --token-file FILE, with a token that may read the repository"


def _without(text: str, remote: Remote) -> str:
    secrets = [remote.token, remote.deploy_key]
    if remote.token:
        # As it stands in the header that the remote has read.
        secrets.append(base64.b64encode(f"{remote.username}:{remote.token}".encode()).decode())
    for secret in filter(None, secrets):
        text = text.replace(secret, "(secret)")
    return text


def _last_line(text: str) -> str:
    """The last line that says something, without what could steer a terminal."""
    lines = [names.show(line).strip() for line in text.splitlines()]
    telling = [line for line in lines if line and not line.lower().startswith(EMPTY)]
    fatal = [line for line in telling if line.startswith(("fatal:", "remote:", "ssh:", "error:"))]
    return (fatal or telling or [""])[-1][:LONGEST]

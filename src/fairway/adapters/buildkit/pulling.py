"""Why an image can't be had: the engine's many wordings, told apart once."""

import re
from enum import StrEnum

from fairway.errors import WorkFailed


class Reason(StrEnum):
    """What stands between us and an image."""

    UNREACHABLE = "unreachable"
    CREDENTIALS = "credentials"
    MISSING = "missing"
    LIMITED = "limited"
    DISK = "disk"
    PLATFORM = "platform"
    OTHER = "other"


PATTERNS = (
    (Reason.DISK, r"no space left on device"),
    (Reason.LIMITED, r"toomanyrequests|429 Too Many"),
    # Docker Hub answers so for a repository that does not exist as well: it does not tell strangers which is true.
    (
        Reason.CREDENTIALS,
        r"access denied|unauthorized|authentication required|insufficient_scope|403 Forbidden|denied:",
    ),
    (
        Reason.UNREACHABLE,
        r"no such host|connection refused|i/o timeout|network is unreachable|no route to host|TLS handshake|"
        r"deadline exceeded|Client\.Timeout|connection reset|certificate|proxyconnect|server misbehaving|"
        r"failed to do request|failed to fetch (anonymous|oauth) token|unexpected EOF|5\d\d (Bad|Service|Gateway)",
    ),
    # Before MISSING: `no match for platform in manifest: not found` is of an image that exists.
    (Reason.PLATFORM, r"no match for platform|no matching manifest for|does not match the specified platform"),
    (Reason.MISSING, r"not found|manifest unknown|name unknown|invalid reference"),
)


def judge(message: str) -> Reason:
    """The reason that an engine's message gives."""
    for reason, pattern in PATTERNS:
        if re.search(pattern, message, re.IGNORECASE):
            return reason
    return Reason.OTHER


def explain(reference: str, message: str, *, foreign: str = "") -> WorkFailed:
    """The error that says why the image can't be had and what to do. `foreign` is what the Dockerfile asks for that
    this machine is not: an image that is here for this machine is no help then."""
    registry = host(reference)
    why, hint = {
        Reason.UNREACHABLE: (
            f"{registry} can't be reached from this host: {last(message)}",
            "check the network and the proxy (HTTPS_PROXY), or load the image by hand: docker load",
        ),
        Reason.CREDENTIALS: (
            f"{registry} wants credentials for it, or it does not exist",
            f"check the name; for a private image: docker login{'' if registry == 'Docker Hub' else ' ' + registry}",
        ),
        Reason.MISSING: (f"{registry} has no such image or tag", "check the name and the tag in the Dockerfile"),
        Reason.PLATFORM: (
            f"{registry} has it, but not for this machine's processor",
            "name an image or a tag that is made for it; a build makes the image for the machine that runs it",
        ),
        Reason.LIMITED: (f"{registry} allows no more pulls at present", "docker login raises the limit, or wait"),
        Reason.DISK: (
            "the disk is full",
            "docker builder prune frees the build cache; docker system df shows the rest",
        ),
        Reason.OTHER: (last(message), ""),
    }[judge(message)]
    if foreign:
        hint = f"{foreign}: leave --platform out of that FROM"
    return WorkFailed(f"the base image {reference} can't be pulled", why=why, hint=hint)


def last(message: str) -> str:
    """The innermost part of a chained message: `…: dial tcp: lookup x: no such host` gives `lookup x: no such host`."""
    return ": ".join(message.strip().rsplit(": ", 2)[-2:])


def host(reference: str) -> str:
    """The registry that a reference names: its first part when that has a dot or a port, otherwise Docker Hub."""
    first, slash, _ = reference.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost") or first == "docker.io":
        return "Docker Hub"
    return first

"""What a forge calls with when something was pushed: who calls, whether it is really them, and whether it concerns us.

The signature is checked over the bytes as they came, part by part, in constant time, and before anything is parsed. A
call is only a hint that there may be something new: what is deployed is what a fetch finds. So a captured call that is
sent again, with another delivery's id, costs one fetch and changes nothing.

    GitHub            X-Hub-Signature-256: sha256=HEX                      id X-GitHub-Delivery
    Gitea, Forgejo    X-Forgejo-Signature or X-Gitea-Signature: HEX         id X-Gitea-Delivery
    Bitbucket         X-Hub-Signature: sha256=HEX                           id X-Request-UUID; Data Center X-Request-Id
    GitLab            X-Gitlab-Token: the secret itself                     id Idempotency-Key, X-Gitlab-Event-UUID
    GitLab, signing   webhook-signature: v1,BASE64 over "ID.TIME.BODY"      id webhook-id  (Standard Webhooks)
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fairway.domain import pulls
from fairway.domain.remotes import Forge
from fairway.errors import Unauthorized

PREFIX = "whsec_"
"""How GitLab wants a signing token to begin; the others take any text as a secret."""
LONGEST_ID = 200
FRESH = 300.0
"""Seconds that the time in a signed call may differ from ours (what Standard Webhooks propose)."""
PUSHES = frozenset(
    {
        "push",
        "create",
        "delete",
        "push hook",
        "tag push hook",
        "repo:push",
        "repo:refs_changed",
        "mirror:repo_synchronized",
    }
)
PINGS = frozenset({"ping", "diagnostics:ping"})


class Concern(StrEnum):
    """What an event is to us."""

    PUSH = "push"
    PULL_REQUEST = "pull request"
    PING = "ping"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls, and with what. `id` is the delivery's, "" when it has none; `proof` what stood in the header that
    shows that it is them, `scheme` how to check it."""

    forge: Forge
    event: str
    id: str
    scheme: str
    proof: str
    time: str = ""

    @property
    def concern(self) -> Concern:
        """Whether there may be something to fetch."""
        name = self.event.lower()
        if name in pulls.NAMES:
            return Concern.PULL_REQUEST
        return Concern.PUSH if name in PUSHES else Concern.PING if name in PINGS else Concern.NONE


class Check:
    """Whether a call's proof holds for the bytes of its body, which come part by part."""

    def __init__(self, call: Call, secret: str) -> None:
        self._call = call
        self._secret = secret
        prefix = f"{call.id}.{call.time}.".encode() if call.scheme == "standard" else b""
        self._mac = hmac.new(_key(call, secret), prefix, hashlib.sha256)
        self._body = hashlib.sha256()

    def add(self, part: bytes) -> None:
        """The next bytes of the body."""
        self._mac.update(part)
        self._body.update(part)

    def holds(self) -> bool:
        """Whether the caller knows the secret, after the whole body was added."""
        match self._call.scheme:
            case "token":
                return _same(self._call.proof, self._secret)
            case "standard":
                own = base64.b64encode(self._mac.digest()).decode()
                # Several may stand there while a token is replaced: "v1,AAA v1,BBB".
                return any(_same(each, f"v1,{own}") for each in self._call.proof.split(" ")[:10])
            case _:
                return _same(self._call.proof.removeprefix("sha256=").lower(), self._mac.hexdigest())

    def digest(self) -> str:
        """The body's own digest: what tells two deliveries apart that have no id."""
        return self._body.hexdigest()


def read(headers: Mapping[str, str], *, now: float) -> Call:
    """The call that these headers (names in lower case) are of. Raises Unauthorized when they prove nothing, or are
    too old."""
    call = _gitlab(headers) or _gitea(headers) or _bitbucket(headers) or _github(headers)
    if call is None or not call.proof:
        raise Unauthorized("this call is not signed", why="no header says who calls", hint="give the forge the secret")
    if len(call.id) > LONGEST_ID or len(call.proof) > 10 * LONGEST_ID:
        raise Unauthorized("this call is not signed", why="its headers are longer than any forge's")
    if call.scheme == "standard" and not _is_fresh(call.time, now):
        raise Unauthorized("this call is too old", why="it says that it was sent more than 5 minutes ago, or will be")
    return call


def _gitlab(headers: Mapping[str, str]) -> Call | None:
    event = headers.get("x-gitlab-event", "")
    if signature := headers.get("webhook-signature"):
        time, id = headers.get("webhook-timestamp", ""), headers.get("webhook-id", "")
        return Call(forge=Forge.GITLAB, event=event, id=id, scheme="standard", proof=signature, time=time)
    if token := headers.get("x-gitlab-token"):
        id = headers.get("idempotency-key") or headers.get("x-gitlab-event-uuid", "")
        return Call(forge=Forge.GITLAB, event=event, id=id, scheme="token", proof=token)
    return None


def _gitea(headers: Mapping[str, str]) -> Call | None:
    # They call with GitHub's and Gogs' headers besides; their own come first.
    event = headers.get("x-forgejo-event") or headers.get("x-gitea-event")
    if event is None:
        return None
    signatures = ("x-forgejo-signature", "x-gitea-signature", "x-hub-signature-256")
    proof = next((headers[name] for name in signatures if headers.get(name)), "")
    id = headers.get("x-forgejo-delivery") or headers.get("x-gitea-delivery", "")
    return Call(forge=Forge.GITEA, event=event, id=id, scheme="hex", proof=proof)


def _bitbucket(headers: Mapping[str, str]) -> Call | None:
    event = headers.get("x-event-key")
    if event is None:
        return None
    id = headers.get("x-request-uuid") or headers.get("x-request-id", "")
    forge = Forge.BITBUCKET if "x-request-uuid" in headers else Forge.BITBUCKET_SERVER
    # Only sha256: the same header once carried sha1 elsewhere.
    proof = headers.get("x-hub-signature", "")
    return Call(forge=forge, event=event, id=id, scheme="hex", proof=proof if proof.startswith("sha256=") else "")


def _github(headers: Mapping[str, str]) -> Call | None:
    event, proof = headers.get("x-github-event", ""), headers.get("x-hub-signature-256")
    if proof is None:
        return None
    return Call(forge=Forge.GITHUB, event=event, id=headers.get("x-github-delivery", ""), scheme="hex", proof=proof)


def _key(call: Call, secret: str) -> bytes:
    if call.scheme != "standard":
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


def _is_fresh(time: str, now: float) -> bool:
    return time.isascii() and time.isdigit() and len(time) < 15 and abs(int(time) - now) <= FRESH


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode())

"""What AWS did not allow, read out of its message: who wanted to do what to which resource, and which policy says no.

The forms are those of IAM's user guide ("Troubleshoot access denied error messages"); services that say less give what
they say. A message is somebody else's text: reading it never fails, and nothing of it is taken but these parts.
"""

import re
from dataclasses import dataclass

CODES = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Client.UnauthorizedOperation",
        "NotAuthorized",
        "UnauthorizedAccess",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)
"""How AWS's services spell it."""

WORDS = re.compile(r"not authorized to perform|no [\w -]{1,40} policy allows|explicit deny", re.I)
PRINCIPAL = re.compile(r"\b(?:User|Principal): (?P<arn>arn:[\w:/.@+=,-]{1,400})")
ACTION = re.compile(r"\bperform:? (?P<action>[a-z][a-z0-9-]{1,40}:[A-Za-z*]{1,80})")
OLD_ACTION = re.compile(r"\bAPI: (?P<action>[a-z][a-z0-9-]{1,40}:[A-Za-z]{1,80})")
RESOURCE = re.compile(r"\bon (?:the )?resource:? (?P<resource>arn:[^\s\"'<>]{1,600}|\*)")
NOT_ALLOWED = re.compile(r"because no (?P<kind>[A-Za-z -]{1,40}?) allows\b")
DENIED = re.compile(
    r"with an explicit deny in an? (?P<kind>[A-Za-z -]{0,40}?(?:policy|boundary)|[A-Za-z -]{1,40})"
    r"(?:: (?P<arn>arn:[^\s\"'<>]{1,400}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """What was not allowed; "" for what the message does not say. `kind` is the kind of policy, in AWS's words; with
    `explicit` one forbids it (`policy` is its ARN), else none of that kind allows it."""

    action: str = ""
    resource: str = ""
    principal: str = ""
    kind: str = ""
    explicit: bool = False
    policy: str = ""


def read(message: str) -> Denial | None:
    """The denial that a message, or the reason of a stack's event, tells of; None when it tells of none."""
    text = " ".join(message.split())
    if WORDS.search(text) is None:
        return None
    principal, resource = PRINCIPAL.search(text), RESOURCE.search(text)
    action = ACTION.search(text) or OLD_ACTION.search(text)
    denied, missing = DENIED.search(text), NOT_ALLOWED.search(text)
    by = denied or missing
    return Denial(
        action=action["action"] if action else "",
        resource=resource["resource"].rstrip(".,;)") if resource else "",
        principal=principal["arn"].rstrip(".,") if principal else "",
        kind=by["kind"].strip() if by else "",
        explicit=denied is not None,
        policy=(denied["arn"] or "").rstrip(".,") if denied else "",
    )


def why(denial: Denial) -> str:
    """Who may not do what, in one sentence."""
    who = named(denial.principal) if denial.principal else "the caller"
    on = f" on {denial.resource}" if denial.resource else ""
    text = f"{who} may not do {denial.action or 'it'}{on}"
    if denial.explicit:
        return f"{text}: {with_article(denial.kind)} forbids it" + (f" ({denial.policy})" if denial.policy else "")
    return f"{text}: no {denial.kind} allows it" if denial.kind else text


def hint(denial: Denial) -> str:
    """What has to be changed, and where."""
    wanted = f"{denial.action or 'the action'} on {denial.resource or 'what it is for'}"
    if denial.explicit:
        return f"a deny goes before every permission: change that {denial.kind}, or work as somebody else (AWS_PROFILE)"
    where = denial.kind or "policy"
    if where.startswith("identity-based") or where == "policy":
        where = f"policy of {named(denial.principal)}" if denial.principal else "policy of the caller"
    return f"allow {wanted} in the {where}"


def named(arn: str) -> str:
    """A principal as people know it: `user/anna`, `role/deploy` of an assumed role's ARN."""
    kind, _, rest = arn.split(":", 5)[-1].partition("/")
    if kind == "assumed-role":
        return "role " + rest.partition("/")[0]
    return f"{kind} {rest}".strip() or arn


def with_article(kind: str) -> str:
    """`an identity-based policy`, `a service control policy`."""
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"

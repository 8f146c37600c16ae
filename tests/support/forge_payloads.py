"""What the forges call with after a push: their documentation's own examples, trimmed, and their headers."""

import base64
import hashlib
import hmac
import json
from typing import Any

GITHUB: dict[str, Any] = {
    "ref": "refs/tags/simple-tag",
    "before": "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
    "after": "0000000000000000000000000000000000000000",
    "created": False,
    "deleted": True,
    "forced": False,
    "compare": "https://github.com/Codertocat/Hello-World/compare/6113728f27ae...000000000000",
    "commits": [],
    "repository": {"id": 186853002, "name": "Hello-World", "full_name": "Codertocat/Hello-World"},
    "pusher": {"name": "Codertocat", "email": "21031067+Codertocat@users.noreply.github.com"},
    "sender": {"login": "Codertocat", "id": 21031067, "type": "User"},
}
GITLAB: dict[str, Any] = {
    "object_kind": "push",
    "event_name": "push",
    "before": "95790bf891e76fee5e1747ab589903a6a1f80f22",
    "after": "da1560886d4f094c3e6c9ef40349f7d38b5d27d7",
    "ref": "refs/heads/master",
    "ref_protected": True,
    "checkout_sha": "da1560886d4f094c3e6c9ef40349f7d38b5d27d7",
    "user_id": 4,
    "user_name": "John Smith",
    "user_username": "jsmith",
    "project_id": 15,
    "project": {"id": 15, "name": "Diaspora", "path_with_namespace": "mike/diaspora", "default_branch": "master"},
    "commits": [{"id": "b6568db1bc1dcd7f8b4d5a946b0b91f9dacd7327", "message": "Update Catalan translation"}],
    "total_commits_count": 4,
}
GITEA: dict[str, Any] = {
    "ref": "refs/heads/develop",
    "before": "28e1879d029cb852e4844d9c718537df08844e03",
    "after": "bffeb74224043ba2feb48d137756c8a9331c449a",
    "compare_url": "http://localhost:3000/gitea/webhooks/compare/28e1879d029c...bffeb7422404",
    "commits": [{"id": "bffeb74224043ba2feb48d137756c8a9331c449a", "message": "Webhooks Yay!"}],
    "repository": {"id": 140, "name": "webhooks", "full_name": "gitea/webhooks"},
    "pusher": {"id": 1, "login": "gitea", "full_name": "Gitea", "email": "someone@gitea.io", "username": "gitea"},
}
BITBUCKET: dict[str, Any] = {
    "actor": {"type": "user", "nickname": "emmap1", "display_name": "Emma"},
    "repository": {"type": "repository", "name": "repo_name", "full_name": "team_name/repo_name"},
    "push": {
        "changes": [
            {
                "new": {
                    "type": "branch",
                    "name": "name-of-branch",
                    "target": {"hash": "709d658dc5b6d6afcd46049c2f332ee3f515a67d"},
                },
                "old": {
                    "type": "branch",
                    "name": "name-of-branch",
                    "target": {"hash": "1e65c05c1d5171631d92438a13901ca7dae9618c"},
                },
                "created": False,
                "forced": False,
                "closed": False,
                "truncated": False,
            }
        ]
    },
}
BITBUCKET_SERVER: dict[str, Any] = {
    "eventKey": "repo:refs_changed",
    "date": "2017-09-19T09:45:32+1000",
    "actor": {"name": "admin", "emailAddress": "admin@example.com", "id": 1, "displayName": "Administrator"},
    "repository": {"slug": "repository", "id": 84, "name": "repository", "project": {"key": "PROJ", "id": 84}},
    "changes": [
        {
            "ref": {"id": "refs/heads/master", "displayId": "master", "type": "BRANCH"},
            "refId": "refs/heads/master",
            "fromHash": "ecddabb624f6f5ba43816f5926e580a5f680a932",
            "toHash": "178864a7d521b6f5e720b386b2c2b0ef8563e0dc",
            "type": "UPDATE",
        }
    ],
}
PAYLOADS = {
    "github": GITHUB,
    "gitlab": GITLAB,
    "gitlab-signed": GITLAB,
    "gitea": GITEA,
    "forgejo": GITEA,
    "bitbucket": BITBUCKET,
    "bitbucket-server": BITBUCKET_SERVER,
}
PUSHERS = {
    "github": "Codertocat",
    "gitlab": "jsmith",
    "gitlab-signed": "jsmith",
    "gitea": "gitea",
    "forgejo": "gitea",
    "bitbucket": "emmap1",
    "bitbucket-server": "admin",
}


def encode(name: str) -> bytes:
    """A forge's payload."""
    return json.dumps(PAYLOADS[name]).encode()


def mac(secret: str, body: bytes) -> str:
    """What most forges sign with."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers(name: str, secret: str, body: bytes, *, id: str = "d1", time: int = 0) -> dict[str, str]:
    """The headers of a push, as the forge sends them."""
    signature = mac(secret, body)
    match name:
        case "github":
            return {"X-GitHub-Event": "push", "X-GitHub-Delivery": id, "X-Hub-Signature-256": f"sha256={signature}"}
        case "gitlab":
            return {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Event-UUID": id, "X-Gitlab-Token": secret}
        case "gitlab-signed":
            key = base64.b64decode(secret.removeprefix("whsec_"))
            signed = base64.b64encode(hmac.new(key, f"{id}.{time}.".encode() + body, hashlib.sha256).digest()).decode()
            more = {"webhook-id": id, "webhook-timestamp": str(time), "webhook-signature": f"v1,{signed}"}
            return {"X-Gitlab-Event": "Push Hook", "Idempotency-Key": id, **more}
        case "bitbucket":
            return {"X-Event-Key": "repo:push", "X-Request-UUID": id, "X-Hub-Signature": f"sha256={signature}"}
        case "bitbucket-server":
            return {"X-Event-Key": "repo:refs_changed", "X-Request-Id": id, "X-Hub-Signature": f"sha256={signature}"}
    own = {
        f"X-{word}-{what}": value
        for word in ("Gitea", "Forgejo")[: 1 + (name == "forgejo")]
        for what, value in (("Event", "push"), ("Delivery", id), ("Signature", signature))
    }
    return {**own, "X-GitHub-Event": "push", "X-GitHub-Delivery": id, "X-Hub-Signature-256": f"sha256={signature}"}

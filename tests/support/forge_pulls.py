"""What the forges call with when something happens to a pull request: their documentation's own examples, trimmed."""

import json
from typing import Any

from support import forge_payloads

GITHUB: dict[str, Any] = {
    "action": "opened",
    "number": 2,
    "pull_request": {
        "id": 279147437,
        "number": 2,
        "state": "open",
        "title": "Update the README with new information.",
        "user": {"login": "Codertocat", "id": 21031067, "type": "User"},
        "head": {
            "label": "Codertocat:changes",
            "ref": "changes",
            "sha": "ec26c3e57ca3a959ca5aad62de7213c562f8c821",
            "repo": {"id": 186853002, "full_name": "Codertocat/Hello-World", "fork": False},
        },
        "base": {
            "label": "Codertocat:master",
            "ref": "master",
            "sha": "f95f852bd8fca8fcc58a9a2d6c842781e32a215e",
            "repo": {"id": 186853002, "full_name": "Codertocat/Hello-World", "fork": False},
        },
        "merged": False,
        "draft": False,
    },
    "repository": {"id": 186853002, "name": "Hello-World", "full_name": "Codertocat/Hello-World"},
    "sender": {"login": "Codertocat", "id": 21031067, "type": "User"},
}
GITEA: dict[str, Any] = {
    "action": "opened",
    "number": 2,
    "pull_request": {
        "id": 21,
        "number": 2,
        "state": "open",
        "title": "Webhooks Yay!",
        "user": {"id": 1, "login": "gitea", "username": "gitea"},
        "merge_base": "28e1879d029cb852e4844d9c718537df08844e03",
        "base": {"label": "master", "ref": "master", "sha": "28e1879d029cb852e4844d9c718537df08844e03", "repo_id": 140},
        "head": {
            "label": "changes",
            "ref": "changes",
            "sha": "bffeb74224043ba2feb48d137756c8a9331c449a",
            "repo_id": 140,
        },
    },
    "repository": {"id": 140, "name": "webhooks", "full_name": "gitea/webhooks"},
    "sender": {"id": 1, "login": "gitea", "username": "gitea"},
}
GITLAB: dict[str, Any] = {
    "object_kind": "merge_request",
    "event_type": "merge_request",
    "user": {"id": 1, "name": "Administrator", "username": "root"},
    "project": {"id": 1, "name": "Gitlab Test", "path_with_namespace": "gitlabhq/gitlab-test"},
    "object_attributes": {
        "id": 99,
        "iid": 2,
        "target_branch": "master",
        "source_branch": "changes",
        "source_project_id": 14,
        "target_project_id": 14,
        "title": "MS-Viewport",
        "state": "opened",
        "action": "open",
        "last_commit": {"id": "da1560886d4f094c3e6c9ef40349f7d38b5d27d7", "message": "fixed readme"},
    },
    "changes": {"updated_at": {"previous": "2017-09-15 16:50:55 UTC", "current": "2017-09-15 16:52:00 UTC"}},
}
BITBUCKET: dict[str, Any] = {
    "actor": {"type": "user", "nickname": "emmap1", "display_name": "Emma"},
    "pullrequest": {
        "id": 2,
        "title": "Title of pull request",
        "state": "OPEN",
        "source": {
            "branch": {"name": "changes"},
            "commit": {"hash": "d3022fc0ca3d"},
            "repository": {"type": "repository", "full_name": "team_name/repo_name"},
        },
        "destination": {
            "branch": {"name": "master"},
            "commit": {"hash": "ce5965ddd289"},
            "repository": {"type": "repository", "full_name": "team_name/repo_name"},
        },
    },
    "repository": {"type": "repository", "name": "repo_name", "full_name": "team_name/repo_name"},
}
BITBUCKET_SERVER: dict[str, Any] = {
    "eventKey": "pr:opened",
    "date": "2017-09-19T09:58:11+1000",
    "actor": {"name": "admin", "emailAddress": "admin@example.com", "id": 1, "displayName": "Administrator"},
    "pullRequest": {
        "id": 2,
        "version": 0,
        "title": "a new file added",
        "state": "OPEN",
        "fromRef": {
            "id": "refs/heads/changes",
            "displayId": "changes",
            "latestCommit": "ef8755f06ee4b28c96a847a95cb8ec8ed6ddd1ca",
            "repository": {"slug": "repository", "id": 84, "project": {"key": "PROJ", "id": 84}},
        },
        "toRef": {
            "id": "refs/heads/master",
            "displayId": "master",
            "latestCommit": "178864a7d521b6f5e720b386b2c2b0ef8563e0dc",
            "repository": {"slug": "repository", "id": 84, "project": {"key": "PROJ", "id": 84}},
        },
    },
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
BY = {
    "github": "Codertocat",
    "gitlab": "root",
    "gitlab-signed": "root",
    "gitea": "gitea",
    "forgejo": "gitea",
    "bitbucket": "emmap1",
    "bitbucket-server": "admin",
}
REFS = {
    "github": "refs/pull/2/head",
    "gitlab": "refs/merge-requests/2/head",
    "gitlab-signed": "refs/merge-requests/2/head",
    "gitea": "refs/pull/2/head",
    "forgejo": "refs/pull/2/head",
    "bitbucket": "refs/heads/changes",
    "bitbucket-server": "refs/pull-requests/2/from",
}
"""Where the head of each lies at its forge."""
EVENTS = {
    "push": "pull_request",
    "Push Hook": "Merge Request Hook",
    "repo:push": "pullrequest:created",
    "repo:refs_changed": "pr:opened",
}


def encode(name: str) -> bytes:
    """A forge's payload."""
    return json.dumps(PAYLOADS[name]).encode()


def headers(name: str, secret: str, body: bytes, *, id: str = "d1", time: int = 0, event: str = "") -> dict[str, str]:
    """The headers of such a call: those of a push, with another event."""
    found = forge_payloads.headers(name, secret, body, id=id, time=time)
    return {key: (event or EVENTS[value]) if value in EVENTS else value for key, value in found.items()}

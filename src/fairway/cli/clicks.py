"""What to click in each forge to make a webhook, in the order in which its page asks."""

from urllib.parse import urlsplit

from fairway.domain import remotes

STEPS = {
    "github": (
        "GitHub: the repository's Settings, Webhooks, Add webhook",
        "  Payload URL  the url; Content type  application/json; Secret  the secret; Just the push event",
        "  For pull requests besides: Let me select individual events, Pushes and Pull requests",
    ),
    "gitlab": (
        "GitLab: the project's Settings, Webhooks, Add new webhook",
        "  URL  the url; Signing token (where there is none, Secret token)  the secret; Push events, Tag push events",
        "  For merge requests besides: Merge request events",
    ),
    "gitea": (
        "Gitea, Forgejo: the repository's Settings, Webhooks, Add webhook, Gitea or Forgejo",
        "  Target URL  the url; POST, application/json; Secret  the secret; Push events",
        "  For pull requests besides: Custom events, Push, Pull Request and Pull Request Synchronized",
    ),
    "bitbucket": (
        "Bitbucket: Repository settings, Webhooks, Add webhook",
        "  URL  the url; Secret  the secret; Repository push",
        "  For pull requests besides: Pull request: Created, Updated, Merged, Declined",
    ),
    "bitbucket-server": (
        "Bitbucket Data Center: Repository settings, Webhooks, Create webhook",
        "  URL  the url; Secret  the secret; Repository: Push",
        "  For pull requests besides: Opened, Source branch updated, Modified, Merged, Declined, Deleted",
    ),
}


def steps(forge: str | None) -> list[str]:
    """What to do at this forge; at every one when it is not known which."""
    return list(STEPS[forge]) if forge else [line for lines in STEPS.values() for line in lines]


def is_local(url: str) -> bool:
    """Whether no other host reaches the URL."""
    return remotes.is_loopback(urlsplit(url).hostname or "")

"""Secrets in files and in git's history, by the detectors of detect-secrets that know a secret by its form.

Those that go by entropy or by a name (`password = …`) are left out: they report test data more often than secrets. No
finding holds a part of the secret.
"""

import functools
import posixpath
from collections.abc import Iterable, Iterator

from detect_secrets.plugins.base import RegexBasedDetector

from fairway.build.detect.tree import Tree
from fairway.domain.audit import Finding

MOST_BYTES = 1024 * 1024
"""Bytes of a file; longer ones are data."""
LONGEST_LINE = 5000
"""Characters of a line; longer ones were made by a program."""
MOST_FINDINGS = 200
SKIPPED = frozenset(
    {
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "poetry.lock",
        "uv.lock",
        "requirements.lock",
    }
)
PICTURES = (
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".ico",
    ".pdf",
    ".woff",
    ".woff2",
    ".ttf",
    ".zip",
    ".gz",
    ".mp4",
    ".svg",
    ".map",
)
EXAMPLES = ("example", "EXAMPLE", "xxxx", "XXXX", "your-", "YOUR_", "<", "placeholder", "dummy", "fake")
"""What stands in lines whose secret nobody meant."""


@functools.cache
def detectors() -> tuple[RegexBasedDetector, ...]:
    """The detectors."""
    from detect_secrets.plugins import (
        artifactory,
        aws,
        azure_storage_key,
        discord,
        github_token,
        gitlab_token,
        mailchimp,
        npm,
        openai,
        private_key,
        pypi_token,
        sendgrid,
        slack,
        square_oauth,
        stripe,
        telegram_token,
        twilio,
    )

    return (
        private_key.PrivateKeyDetector(),
        aws.AWSKeyDetector(),
        github_token.GitHubTokenDetector(),
        gitlab_token.GitLabTokenDetector(),
        stripe.StripeDetector(),
        slack.SlackDetector(),
        sendgrid.SendGridDetector(),
        openai.OpenAIDetector(),
        npm.NpmDetector(),
        pypi_token.PypiTokenDetector(),
        azure_storage_key.AzureStorageKeyDetector(),
        discord.DiscordBotTokenDetector(),
        mailchimp.MailchimpDetector(),
        square_oauth.SquareOAuthDetector(),
        telegram_token.TelegramBotTokenDetector(),
        twilio.TwilioKeyDetector(),
        artifactory.ArtifactoryDetector(),
    )


def in_files(tree: Tree) -> Iterator[Finding]:
    """The secrets of the files that are here."""
    left = MOST_FINDINGS
    for path in tree.files():
        if posixpath.basename(path) in SKIPPED or path.endswith(PICTURES):
            continue
        content = tree.read(path)
        if content is None or len(content) > MOST_BYTES or b"\0" in content[:4096]:
            continue
        text = content.decode("utf-8", "replace")
        # Most files have none: the whole text is searched before its lines are.
        if not any(pattern.search(text) for each in detectors() for pattern in each.denylist):
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            for kind in kinds(line):
                yield Finding(rule="secret-in-code", file=path, line=number, what=f"this looks like {kind}")
                left -= 1
                if not left:
                    return


def in_history(lines: Iterable[tuple[str, str, str]], present: Iterable[Finding]) -> Iterator[Finding]:
    """The secrets of lines that earlier commits added, each as (commit, file, text), but those of files in which one is
    reported already; each file and kind once."""
    reported = {each.file for each in present if each.rule == "secret-in-code"}
    seen: set[tuple[str, str]] = set()
    for commit, file, text in lines:
        if file in reported or posixpath.basename(file) in SKIPPED or file.endswith(PICTURES):
            continue
        for kind in kinds(text):
            if (file, kind) not in seen and len(seen) < MOST_FINDINGS:
                seen.add((file, kind))
                what = f"git's history has what looks like {kind} (commit {commit[:7]})"
                yield Finding(rule="secret-in-code", file=file, line=0, what=what)


def kinds(line: str) -> Iterator[str]:
    """What secrets a line holds: "an AWS Access Key"."""
    if len(line) > LONGEST_LINE or "pragma: allowlist secret" in line or any(word in line for word in EXAMPLES):
        return
    for each in detectors():
        if any(pattern.search(line) for pattern in each.denylist) and any(each.analyze_string(line)):
            name = each.secret_type
            yield f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"

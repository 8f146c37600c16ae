"""The `fairway.toml` that `fairway init` writes: `app`, and what was detected as comments.

What is detected anew at each build need not be written down; a line that is commented out shows the key and its value
to who wants to change it.
"""

import re
from collections.abc import Sequence

from fairway.domain import ids
from fairway.domain.app import Defaults, Source

REFERENCE = "docs/reference/fairway-toml.md"
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


BRANCH = Source().branch
"""The branch that is deployed where the file names none."""


def draft(name: str, defaults: Defaults, notes: Sequence[str], branch: str = BRANCH) -> str:
    """The text of a new file. `notes` are sentences about what was found, `branch` the one that is to be deployed,
    which is written down when it is not the usual one. Raises UsageError for a name that is none."""
    ids.check_name("app", name)
    lines = [
        "# How Fairway deploys this repository. Only `app` is required: what is commented out below was detected,",
        f"# and holds until it is written here. Every key: {REFERENCE}",
        *(f"# {_one_line(note)}" for note in notes),
        "",
        f"app = {quote(name)}",
        "",
        *_source(branch),
        "",
        "# [build]",
        '# test = "npm test"             # a failing test stops the pipeline',
        "",
        "# [services.web]",
        *_detected(defaults),
        '# memory = "512M"',
        "",
        "# [environments.production]",
        '# env_file = ".env.production"  # imported by the first `fairway up`; keep it out of git',
        '# domains = ["api.example.com"]',
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def quote(text: str) -> str:
    """A text as a TOML string."""
    escaped = (ESCAPES.get(c, c if c.isprintable() else f"\\U{ord(c):08x}") for c in text)
    return f'"{"".join(escaped)}"'


def _source(branch: str) -> list[str]:
    lines = ["[source]", f"{f'branch = {quote(branch)}':<29} # a push of this branch is deployed"]
    return [f"# {line}" for line in lines] if branch == BRANCH else lines


def _detected(defaults: Defaults) -> list[str]:
    lines = []
    if defaults.command:
        lines.append(f"# command = [{', '.join(quote(word) for word in defaults.command)}]")
    lines.append(f"# port = {defaults.port or 3000}")
    if defaults.health_path:
        lines.append(f"# health = {{ path = {quote(defaults.health_path)} }}")
    return lines


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()

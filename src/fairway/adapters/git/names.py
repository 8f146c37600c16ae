"""Which names may reach a git command line. Everything else is refused before a process is started."""

import re
import unicodedata

from fairway.domain import ids
from fairway.errors import NotFound, UsageError

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
FORBIDDEN = re.compile(r"[\x00-\x20\x7f?*\[\\:]|\.\.|@\{|//")


def check_app(app: str) -> str:
    """The name, when it may name an app; a path such as `../x` never does. Raises UsageError."""
    return ids.check_name("app", app)


def check_commit(commit: str) -> str:
    """The full commit id. Raises NotFound for anything else: an abbreviated one is resolved first."""
    if COMMIT.fullmatch(commit):
        return commit
    raise NotFound(f'"{show(commit)}" is no commit', why="a full commit id has 40 hexadecimal digits")


def check_ref(ref: str) -> str:
    """A branch, a tag, or a commit id, `~` and `^` included. Raises UsageError for what git would read otherwise:
    options, searches (`:/text`), reflog entries (`@{1}`) and ranges (`a..b`)."""
    if ref and not ref.startswith(("-", "/")) and not FORBIDDEN.search(ref):
        return ref
    raise UsageError(
        f'"{show(ref)}" is no branch, tag or commit',
        why="a ref has no spaces, no control characters, none of ?*[\\: and does not begin with a dash",
    )


def show(text: str) -> str:
    """The text without what could steer a terminal; other people's commits end up on somebody's screen."""
    return "".join(character for character in text if unicodedata.category(character) not in ("Cc", "Cf", "Cs"))

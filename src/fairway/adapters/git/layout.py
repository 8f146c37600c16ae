"""What a server-side repository consists of: its configuration, and the one hook that all repositories share.

The configuration is written as a whole each time, so that nothing that was changed by hand, or left by an earlier
version, stays.
"""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

HOOKS = ".hooks"
LARGEST_PUSH = "2g"

CONFIGURATION = """\
# Written by Fairway at each start; changes made here do not last.
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\tlogAllRefUpdates = true
\thooksPath = {hooks}
[receive]
\tdenyNonFastForwards = false
\tdenyDeletes = false
\tdenyDeleteCurrent = ignore
\tadvertisePushOptions = true
\tfsckObjects = true
\tmaxInputSize = {largest}
[receive "fsck"]
{fsck}[fetch]
\tfsckObjects = true
[fetch "fsck"]
{fsck}[transfer]
\thideRefs = refs/fairway
[http]
\treceivepack = true
\tuploadpack = true
\tgetanyfile = false
[gc]
\treflogExpire = never
\treflogExpireUnreachable = never
"""

HARMLESS = (
    "badDate",
    "badDateOverflow",
    "badEmail",
    "badName",
    "badTimezone",
    "missingEmail",
    "missingNameBeforeEmail",
    "missingSpaceBeforeDate",
    "missingSpaceBeforeEmail",
    "multipleAuthors",
    "zeroPaddedDate",
    "zeroPaddedFilemode",
)
"""What old tools wrote into the history of many public repositories; GitHub takes it too."""
DANGEROUS = ("hasDot", "hasDotdot", "hasDotgit", "fullPathname")
"""Trees that no honest tool makes; git alone would only warn."""


def configuration(hooks: Path) -> str:
    """The text of a repository's `config`."""
    fsck = "".join(f"\t{name} = ignore\n" for name in HARMLESS) + "".join(f"\t{name} = error\n" for name in DANGEROUS)
    return CONFIGURATION.format(hooks=_quote(str(hooks)), largest=LARGEST_PUSH, fsck=fsck)


SCRIPT = """\
#!/bin/sh
# The server that took the push learns of it from here: the program below takes a while to start, and then asks what the
# server has made of it, by the same id.
trap '' PIPE
updates=$(cat)
if [ -n "$GIT_HOOK_TELL" ] && [ "${{GIT_PUSH_OPTION_COUNT:-0}}" = 0 ]; then
    printf '%s\\n\\n' "$updates" >"/dev/fd/$GIT_HOOK_TELL"
fi 2>/dev/null
exec {command} <<END
$updates
END
"""


def script(command: Sequence[str]) -> str:
    """The text of `post-receive`: a shell that becomes the command, since a `#!` line takes no spaces in paths.

    Where GIT_HOOK_TELL names a pipe of the server's (its number as a file descriptor), it gets the updates first, with
    an empty line behind them. A push with options is left to the command, which knows what they mean.
    """
    return SCRIPT.format(command=shlex.join(command))


def write(path: Path, text: str, mode: int) -> None:
    """Replace the file by rename, so that a git process never reads half of it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8", errors="surrogateescape")
    fresh.chmod(mode)
    fresh.replace(path)


def _quote(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'

"""A file of the user's repository, rewritten whole or not at all: what is there now, and what will be.

Commands that add to such files look at all of them before they write the first, so that one that can't be written
leaves none half done.
"""

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from fairway.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """One file by its path from the repository's root `top`; `before` is None when there is none yet. `what` tells a
    person what changes: "added .env"."""

    top: Path
    path: str
    what: str
    before: bytes | None
    after: bytes

    def write(self) -> None:
        """Write it in one go, with the mode that it has. Raises UsageError when it can't be written, or is no longer
        what it was."""
        if read(self.top, self.path) != self.before:
            raise refuse(self.path, "something else wrote to it meanwhile")
        target = (self.top / self.path).resolve()
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            try:
                replace(target, draft, self.after)
            finally:
                draft.unlink(missing_ok=True)
        except OSError as error:
            raise refuse(self.path, (error.strerror or "").lower()) from error


def replace(target: Path, draft: Path, content: bytes) -> None:
    """Put the content in the target's place by way of the draft, a name beside it that nothing has."""
    # A new file gets the mode that the user's umask leaves.
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        if target.exists():
            found = target.stat()
            os.fchmod(descriptor, stat.S_IMODE(found.st_mode))
            if os.geteuid() == 0:
                os.fchown(descriptor, found.st_uid, found.st_gid)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    draft.replace(target)


def read(top: Path, path: str) -> bytes | None:
    """What a file holds, None when there is none. Raises UsageError for what can't be rewritten: a folder, a link out
    of the repository, a file that is read-only or no text."""
    try:
        target = (top / path).resolve()
        if not target.is_relative_to(top.resolve()):
            raise refuse(path, "it is a link that leads out of the repository")
        if not target.exists():
            return None
        mode = target.stat().st_mode
        if not stat.S_ISREG(mode):
            raise refuse(path, "it is a folder" if stat.S_ISDIR(mode) else "it is no plain file")
        # The bits are looked at too: root may write to everything, and a replaced file would be written all the same.
        if not mode & 0o222 or not os.access(target, os.W_OK):
            raise refuse(path, "it is read-only")
        content = target.read_bytes()
    except RuntimeError as error:
        raise refuse(path, "it is a link to itself") from error
    except OSError as error:
        raise refuse(path, (error.strerror or "").lower()) from error
    if b"\0" in content:
        raise refuse(path, "it is no text in UTF-8")
    return content


def refuse(path: str, why: str) -> UsageError:
    """The error for a file that can't be added to."""
    return UsageError(f"{path} can't be added to", why=why, hint="add the lines yourself, or mend the file first")


def with_lines(content: bytes | None, comment: str, lines: tuple[str, ...]) -> bytes:
    """The content, and behind it a comment and the lines, with the line ends that most of it has."""
    before = content or b""
    end = b"\r\n" if before.count(b"\r\n") * 2 > before.count(b"\n") else b"\n"
    gap = b"" if not before else end if before.endswith(b"\n") else end * 2
    added = b"".join(line.encode() + end for line in (f"# {comment}", *lines))
    return before + gap + added

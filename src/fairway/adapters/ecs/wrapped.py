r"""A command as ECS Exec takes it, and what comes back: its own output, and how it ended.

ECS Exec takes one text, which the agent in the task splits into words as a shell would, runs it in a terminal, and
tells nobody how it ended. So a shell inside runs the command between two marks that no terminal shows:

    ESC ] fairway;NONCE;begin BEL     before it: nothing that was printed until then is the command's
    ESC ] fairway;NONCE;003 BEL       after it, with its exit status

Without a terminal of the caller's own the command has none either: it reads from a pipe and prints into one.
"""

import re
import shlex
from collections.abc import Sequence

SHELL = "sh"
BEGIN = r"printf '\033]fairway;%s;begin\007' NONCE"
END = r"""printf '\033]fairway;%s;%03d\007' NONCE "$?" """
ON_A_TERMINAL = f'trap : INT QUIT; {BEGIN}; "$@"; {END}'
"""With a trap the shell outlives Ctrl-C, to say how the command ended by it; the command itself is not kept from it."""
ON_PIPES = f'stty -echo -opost -ixon && {BEGIN} && cat | {{ "$@" 2>&1; {END}; }} | cat'
"""The terminal neither repeats the input nor makes `\\r\\n` of `\\n`. The first `cat` ends with the input, or when it
writes after the command's end; nobody waits for it, for the mark does not."""
LEFT = 2000
"""Bytes of what others say that are kept."""


def wrap(command: Sequence[str], nonce: str, *, tty: bool) -> str:
    """The one text. `nonce` is of letters and digits."""
    script = (ON_A_TERMINAL if tty else ON_PIPES).replace("NONCE", nonce).strip()
    return shlex.join([SHELL, "-c", script, "fairway", *command])


class Heard:
    """What a session prints, piece by piece. `begun`: the command has. `status`: its exit status, once it has ended."""

    def __init__(self, nonce: str, session: str) -> None:
        self.begun = False
        self.status: int | None = None
        self._begin = f"\x1b]fairway;{nonce};begin\x07".encode()
        self._mark = f"\x1b]fairway;{nonce};".encode()
        self._end = re.compile(re.escape(self._mark) + rb"([0-9]{3})\x07")
        name = re.escape(session.encode())
        self._opening = re.compile(rb"\s*Starting session with SessionId: %s" % name)
        self._closing = re.compile(
            rb"(?:\r?\n){2}(?:Exiting session with sessionId: %s\.|SessionId: %s : (.*))\s*\Z" % (name, name), re.S
        )
        self._held = b""
        self._others = b""

    def feed(self, data: bytes) -> bytes:
        """What of it is the command's output. What may be the beginning of a mark is held back until more has come."""
        if self.status is not None:
            return b""
        self._held += data
        if not self.begun:
            before, mark, after = self._held.partition(self._begin)
            if not mark:
                self._held = before[-LEFT:]
                return b""
            self.begun, self._held = True, after
        if ended := self._end.search(self._held):
            output, self._held = self._held[: ended.start()], b""
            self.status = int(ended[1])
            return output
        if closed := self._closing.search(self._held):
            self._others, self._held = closed[0], self._held[: closed.start()]
        kept = self._unsure()
        output, self._held = self._held[: len(self._held) - kept], self._held[len(self._held) - kept :]
        return output

    def rest(self) -> bytes:
        """What was held back, when no more comes."""
        output, self._held = (self._held, b"") if self.begun else (b"", self._held)
        return output

    def words(self) -> str:
        """What the plugin and the agent said of a command that never began, or of a session that was ended."""
        said = self._others if self.begun else self._opening.sub(b"", self._held)
        if closed := self._closing.search(said):
            said = said[: closed.start()] + b" " + (closed[1] or b"")
        return " ".join(said.decode(errors="replace").split())

    def _unsure(self) -> int:
        """How many of the last bytes may be the beginning of the mark of the end."""
        at = self._held.rfind(b"\x1b")
        if at < 0:
            return 0
        last = self._held[at:]
        begins = self._mark.startswith(last[: len(self._mark)]) and len(last) < len(self._mark) + 4
        return len(last) if begins else 0

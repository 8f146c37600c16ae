"""Input as the terminal inside a task has to be sent it, so that what is piped in arrives byte for byte.

ECS Exec knows no standard input but a terminal's. That one works by lines of at most 4095 bytes, takes some bytes for
keys (Ctrl-C, Ctrl-D, erase) and has no end. So each byte that could be a key goes after Ctrl-V, which makes it plain;
Ctrl-D after a piece hands it on though its line has not ended; and Ctrl-D with nothing before it is the end.
"""

import re

PLAIN, HAND_ON = b"\x16", b"\x04"
"""Ctrl-V and Ctrl-D."""
KEYS = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f~]")
"""What a terminal may take for a key. Newer plugins take `~` at a line's beginning for one."""
LONGEST = 1000
"""Bytes of one line that are handed on together at most; a terminal throws away what comes after 4095."""


class Typing:
    """Of one session. With `tty` the keys are meant, and go as they are."""

    def __init__(self, *, tty: bool) -> None:
        self._tty = tty

    def encode(self, data: bytes) -> bytes:
        """The bytes to send for these; for none, what closes the input. After each call the terminal has handed on
        everything, so that who reads inside waits for no end of a line."""
        if self._tty:
            return data or HAND_ON
        return b"".join(map(typed, pieces(data))) or HAND_ON


def pieces(data: bytes) -> list[bytes]:
    """The lines with their ends, longer ones in parts."""
    *whole, rest = data.split(b"\n")
    lines = [*(line + b"\n" for line in whole), rest]
    return [line[at : at + LONGEST] for line in lines for at in range(0, len(line), LONGEST)]


def typed(piece: bytes) -> bytes:
    """One piece: the keys in it made plain, and handed on where no end of a line does that."""
    return KEYS.sub(PLAIN + rb"\g<0>", piece) + (b"" if piece.endswith(b"\n") else HAND_ON)

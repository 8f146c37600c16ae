"""Pieces of a log ↔ the lines of a file: `STAMP KIND DATA`, as they can be read with `zless` and found with `zgrep`.

A kind is a letter: `o` and `e` for a line of stdout and stderr, `O` and `E` for a part of one that goes on in the next
piece, `f` for a notice of Fairway's. The data are the bytes that the task wrote, which have no line end within, so
that one record is one line whatever they are. A record that was torn (the process was killed, the disk was full) has
no line end, or is no record: it is left out.
"""

import re
from collections.abc import Sequence

from fairway.domain.printed import ERR, NOTICE, OUT, Piece

KINDS = {(OUT, True): b"o", (OUT, False): b"O", (ERR, True): b"e", (ERR, False): b"E", (NOTICE, True): b"f"}
MEANINGS = {kind: meaning for meaning, kind in KINDS.items()}
RECORD = re.compile(rb"([0-9]{1,19}) ([oOeEf]) (.*)", re.DOTALL)


def write(pieces: Sequence[Piece]) -> bytes:
    """The records. A line end within the data (the engine never gives one) becomes a space: it would end the record."""
    kinds = KINDS
    return b"".join(
        [
            b"%d %b %b\n" % (stamp, kinds[stream, ends], data if b"\n" not in data else data.replace(b"\n", b" "))
            for stamp, stream, data, ends in pieces
        ]
    )


def read(lines: Sequence[bytes]) -> list[Piece]:
    """The pieces of whole records, without their line ends; whatever is none is left out."""
    meanings, match = MEANINGS, RECORD.fullmatch
    pieces = []
    for line in lines:
        if found := match(line):
            stamp, kind, data = found.groups()
            stream, ends = meanings[kind]
            pieces.append(Piece(int(stamp), stream, data, ends))
    return pieces

"""Makes lines of pieces: the parts of a long one are put together, those of each stream for themselves."""

from collections.abc import Sequence

from fairway.domain.printed import Line, Piece

LONGEST = 1024 * 1024
"""Bytes after which a line is handed on although it has not ended, so that a task can't fill Fairway's memory."""


class Lines:
    """The lines of one log, as its pieces come."""

    def __init__(self) -> None:
        self._begun: dict[str, tuple[int, bytearray]] = {}

    def add(self, pieces: Sequence[Piece]) -> list[Line]:
        """The lines that these pieces end."""
        begun = self._begun
        lines = []
        for stamp, stream, data, ends in pieces:
            if ends and stream not in begun:
                lines.append(Line(stamp, stream, _text(data)))
                continue
            first, line = begun.pop(stream, (stamp, bytearray()))
            line += data
            if ends or len(line) >= LONGEST:
                lines.append(Line(first, stream, _text(bytes(line))))
            else:
                begun[stream] = (first, line)
        return lines

    def rest(self) -> list[Line]:
        """What was begun and has not ended."""
        lines = [Line(stamp, stream, _text(bytes(line))) for stream, (stamp, line) in self._begun.items()]
        self._begun.clear()
        return lines


def _text(data: bytes) -> str:
    return data.decode(errors="replace").rstrip("\r")

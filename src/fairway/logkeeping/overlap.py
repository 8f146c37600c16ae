"""A renewed reading begins a little before the end of the last one: what comes twice is taken away here, and what ought
to come twice and doesn't is a hole.

Concrete example: the last piece that was kept has the stamp 100, and is the second one with it. The engine is asked for
all from 99 on and answers 100, 100, 101: the first two are taken away. Had it answered 140 at once, then it would have
deleted the pieces before 140, those between 100 and 140 among them.
"""

from collections.abc import Sequence

from fairway.domain.printed import Piece, Position


class Overlap:
    """For one renewed reading, which begins at `printed.since(position)`."""

    def __init__(self, position: Position) -> None:
        self._left = {stream: [mark.stamp, mark.times] for stream, mark in position.items()}
        self._met = not position

    def take(self, pieces: Sequence[Piece]) -> tuple[list[Piece], bool]:
        """Those that are new, and whether there is a hole before the first of them."""
        if not self._left:
            return list(pieces), False
        fresh = [piece for piece in pieces if not self._is_known(piece)]
        hole = bool(fresh) and not self._met
        self._met = self._met or bool(fresh)
        return fresh, hole

    def _is_known(self, piece: Piece) -> bool:
        mark = self._left.get(piece.stream)
        if mark is None:
            return False
        stamp, times = mark
        known = piece.stamp < stamp or (piece.stamp == stamp and times > 0)
        if known:
            self._met = True
            mark[1] -= piece.stamp == stamp
        else:
            # The clock of the host may go back later on: only what comes before the first new piece is old.
            del self._left[piece.stream]
        return known

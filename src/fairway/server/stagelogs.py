"""Reading what the stages of an execution print, while they print it: `EXECUTIONS/APP/NUMBER/STAGE.log`."""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

from starlette.responses import FileResponse, PlainTextResponse, Response

PATIENCE = 0.25
"""Seconds between two looks at the files while an execution is followed."""
PIECE = 256 * 1024
"""Bytes of one file that are read at a time."""


def whole(file: Path) -> Response:
    """The file as an answer, streamed; empty text while there is none."""
    if not file.is_file():
        return PlainTextResponse("")
    # Without the length and the validators of a file that still grows.
    return FileResponse(file, media_type="text/plain; charset=utf-8", headers={"cache-control": "no-store"})


def last(file: Path, lines: int) -> str:
    """The last lines, of those that stand in the last PIECE of the file; "" while there is none."""
    try:
        with file.open("rb") as opened:
            begin = max(0, opened.seek(0, os.SEEK_END) - PIECE)
            opened.seek(begin)
            text = opened.read(PIECE).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    found = text.splitlines(keepends=True)[1 if begin else 0 :]
    return "".join(found[-lines:])


class Tails:
    """How far the logs of one execution have been read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, int] = {}
        self._rest: dict[str, bytes] = {}

    async def news(self, stages: Iterable[str]) -> list[tuple[str, str]]:
        """The whole lines that came since the last look, with their stage's name, in the stages' order."""
        return await asyncio.to_thread(self._look, list(stages))

    def _look(self, stages: list[str]) -> list[tuple[str, str]]:
        found = []
        for stage in stages:
            *lines, rest = (self._rest.pop(stage, b"") + self._grown(stage)).split(b"\n")
            self._rest[stage] = rest
            found += [(stage, line.decode("utf-8", "replace").rstrip("\r")) for line in lines]
        return found

    def _grown(self, stage: str) -> bytes:
        grown = b""
        try:
            with (self._folder / f"{stage}.log").open("rb") as file:
                file.seek(self._read.get(stage, 0))
                while piece := file.read(PIECE):
                    grown += piece
        except FileNotFoundError:
            return b""
        self._read[stage] = self._read.get(stage, 0) + len(grown)
        return grown

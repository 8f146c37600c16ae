"""Signs of life for somebody who waits where no clock can run: git prints what the server sends, line below line.

A stage that takes long is told after 15 s, 30 s, 1 min and so on, each time with the latest line of its log, so that
twelve minutes of `npm ci` are twelve minutes of something and not of nothing.
"""

from collections.abc import Mapping
from typing import Any

from fairway.server.stagelogs import Tails
from fairway.wire import progress

FIRST = 15.0
"""Seconds after which the first sign is given; each further one comes after twice the time."""
WIDTH = 80
"""Characters of a log's line that are shown; the rest is kept in the log."""


class Signs:
    """Those of one execution, for one reader. `tails` are its stages' logs."""

    def __init__(self, tails: Tails) -> None:
        self._tails = tails
        self._due: dict[str, float] = {}
        self._latest: dict[str, str] = {}

    async def news(self, execution: Mapping[str, Any], now: float) -> list[str]:
        """The lines that are due. `execution` is the API's object, `now` in seconds since the epoch."""
        running = [stage for stage in execution["stages"] if stage["status"] == "IN_PROGRESS" and stage["started_at"]]
        due = [stage for stage in running if now - stage["started_at"] >= self._due.get(stage["name"], FIRST)]
        if not due:
            return []
        for name, text in await self._tails.news([stage["name"] for stage in due]):
            self._latest[name] = text.strip() or self._latest.get(name, "")
        return [self._sign(execution, stage, now) for stage in due]

    def _sign(self, execution: Mapping[str, Any], stage: Mapping[str, Any], now: float) -> str:
        name, taken = stage["name"], now - stage["started_at"]
        due = self._due.get(name, FIRST)
        while due <= taken:
            due *= 2
        self._due[name] = due
        latest = self._latest.get(name, "")
        shown = latest if len(latest) <= WIDTH else latest[: WIDTH - 1] + "…"
        return progress.stage_line(execution, {**stage, "summary": stage.get("summary") or shown}, now=now)

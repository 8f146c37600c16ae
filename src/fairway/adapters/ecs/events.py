"""The log stream of one container in CloudWatch Logs, read forward from a moment, or its last lines.

CloudWatch keeps whole milliseconds, and does not tell standard error from standard output.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import NamedTuple

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session

MISSING = ("ResourceNotFoundException",)
MOST = 10_000
"""How many lines one call gives at most."""


class Event(NamedTuple):
    """One line; `at` is milliseconds since the epoch."""

    at: int
    text: str


class Stream:
    """One stream of one log group. A stream that is not there (yet) has no line."""

    def __init__(self, session: Session, group: str, name: str) -> None:
        self._session = session
        self._about = {"logGroupName": group, "logStreamName": name}
        self._token: str | None = None

    async def last(self, count: int) -> Sequence[Event]:
        """The last lines, as many as there are up to that count, oldest first."""
        if count <= 0:
            return []
        return (await self._get(limit=min(count, MOST), startFromHead=False))[1]

    async def forward(self, since: int | None = None) -> AsyncGenerator[Sequence[Event], None]:
        """What has come since the last call, page by page; at the first call from that millisecond on, or from the
        beginning. It ends with what there is at present."""
        while True:
            about = {"startFromHead": True, **({} if since is None else {"startTime": since})}
            token, events = await self._get(**about, **({} if self._token is None else {"nextToken": self._token}))
            if events:
                yield events
            if token is None or token == self._token:
                return
            self._token = token

    async def _get(self, **parameters: object) -> tuple[str | None, Sequence[Event]]:
        try:
            answer = await self._session.call("logs", "GetLogEvents", known=MISSING, **self._about, **parameters)
        except Refused:
            return None, []
        events = [Event(each["timestamp"], each["message"].rstrip("\r\n")) for each in answer.get("events", ())]
        return answer.get("nextForwardToken"), events

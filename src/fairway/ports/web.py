"""One HTTP request to somewhere else, for an action of a stage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is sent. The URL is http or https, and may hold secrets, as the headers and the body may."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: the status, and the beginning of the body."""

    status: int
    body: bytes


class Web(Protocol):
    """Calls other hosts. Nothing of a call but its host is ever in an error."""

    async def call(self, call: Call, *, timeout: float, keep: int) -> Answer:
        """Send it once and return the answer, whatever its status; a redirect is an answer too. At most `keep` bytes of
        the body are read. `timeout` in seconds is for the whole.

        Raises WorkFailed when there is no such host, it is one that is never called, or it doesn't answer in time.
        """
        ...

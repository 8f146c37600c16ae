"""Telling whoever watches what happened, as it happens, inside this process."""

from collections.abc import AsyncIterator
from typing import Protocol

from fairway.domain.events import Event


class Notices(Protocol):
    """A bulletin board of events: publish never blocks; a reader that falls behind is told so and starts afresh."""

    def publish(self, event: Event) -> None:
        """Show it to everybody who follows."""
        ...

    def follow(self) -> AsyncIterator[Event]:
        """Every event from now on, until the iterator is closed."""
        ...

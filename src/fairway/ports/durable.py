"""Work that survives the death of the process: steps that are each done once, and resumed where they stopped."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol


class Step(Protocol):
    """Given to a body; wraps each thing that it does."""

    async def __call__(self, name: str, action: Callable[[], Awaitable[Any]]) -> Any:
        """Run `action` and keep its JSON result; after a restart return the kept one instead.

        An action may run a second time when the process died within it: it is idempotent by itself. What it raises is
        raised here, and is not kept.
        """
        ...


Body = Callable[[Step, Mapping[str, Any]], Awaitable[None]]
"""A workflow's code: deterministic between its steps."""


class Durable(Protocol):
    """Runs bodies by name. The arguments are JSON values."""

    def register(self, name: str, body: Body) -> None:
        """Make a body known, before `open`."""
        ...

    async def start(self, id: str, name: str, arguments: Mapping[str, Any]) -> None:
        """Start it in the background; the same id a second time does nothing."""
        ...

    async def cancel(self, id: str) -> None:
        """Stop it where it is: its body is cancelled, and it is not resumed. One that is not there is no error."""
        ...

    async def alive(self, id: str) -> bool:
        """Whether it was started and has neither ended nor been cancelled: it runs, or the next `open` resumes it."""
        ...

    async def open(self) -> int:
        """Begin, and resume what a dead process left behind; how many that were."""
        ...

    async def forget(self) -> None:
        """Let go what ended long ago. Its id could then be started again."""
        ...

    async def close(self) -> None:
        """Stop all bodies where they are; the next `open` resumes them."""
        ...

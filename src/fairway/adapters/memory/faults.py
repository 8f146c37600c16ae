"""The switches of every fake: make a method fail, hang or lie, by its name."""

import asyncio
from collections import Counter

from fairway.errors import FairwayError


class Faults:
    """What is wrong with one fake at present; nothing at first. `calls` counts the calls of each method."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self._failing: dict[str, FairwayError] = {}
        self._hanging: dict[str, asyncio.Event] = {}
        self.lying: set[str] = set()

    def fail(self, method: str, error: FairwayError) -> None:
        """From now on the method raises the error."""
        self._failing[method] = error

    def hang(self, method: str) -> None:
        """From now on the method does not return, until it is mended; then it does its work."""
        self._hanging[method] = asyncio.Event()

    def lie(self, method: str) -> None:
        """From now on the method says that it has done its work, and does nothing."""
        self.lying.add(method)

    def mend(self, method: str | None = None) -> None:
        """The method, or all of them, works again."""
        for name in [method] if method else [*self._failing, *self._hanging, *self.lying]:
            self._failing.pop(name, None)
            self.lying.discard(name)
            if waiting := self._hanging.pop(name, None):
                waiting.set()

    async def meet(self, method: str) -> bool:
        """What each method of a fake begins with. True: do nothing and say that it is done."""
        self.calls[method] += 1
        await asyncio.sleep(0)  # as with a real adapter, others run in between
        if waiting := self._hanging.get(method):
            await waiting.wait()
        if error := self._failing.get(method):
            raise error
        return method in self.lying

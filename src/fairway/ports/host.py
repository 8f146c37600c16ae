"""The machine that Fairway runs on: what it has, what it lacks, and how that is mended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from fairway.domain import capacity


class CheckState(StrEnum):
    OK = "ok"
    MISSING = "missing"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    `seen` is what was found, in plain words. `fix` is the command (or the sentence) that mends it on this system, ""
    when all is well. `needed` is false for what Fairway can do without; it does not make the whole examination fail.
    """

    name: str
    state: CheckState
    seen: str
    fix: str = ""
    needed: bool = True

    @property
    def passes(self) -> bool:
        """Whether Fairway can work with this as it is."""
        return self.state is CheckState.OK or not self.needed


class Host(Protocol):
    """Looks at the machine, and mends what it may. Never raises for what it finds: the checks say it."""

    async def examine(self, base: str | None = None) -> Sequence[Check]:
        """Every check, in the order in which things build on each other; with `base` also that image."""
        ...

    async def mend(self, checks: Sequence[Check], say: Callable[[str], None]) -> None:
        """Install and start what the checks lack, saying each step. What can't be mended from here is left as it is.

        Raises WorkFailed with the last lines when an installation fails.
        """
        ...


class HostSize(Protocol):
    """How large the machine is that the containers run on."""

    async def size(self) -> capacity.Host | None:
        """Its cores and its memory; None while that is not known, because the engine has not answered yet."""
        ...

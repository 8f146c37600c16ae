"""A machine in memory: its checks are given, and mending makes those pass that it is told to."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from fairway.domain import capacity
from fairway.ports.host import Check, CheckState


class MemoryHost:
    """`ports.host.Host`. `mendable` names the checks that mending makes pass."""

    def __init__(self, checks: Sequence[Check], mendable: Sequence[str] = ()) -> None:
        self.checks = list(checks)
        self.mendable = set(mendable)
        self.mended = 0

    async def examine(self, base: str | None = None) -> Sequence[Check]:
        """The checks, and with `base` that image as missing until it is mended."""
        if base and not any(check.name == f"image {base}" for check in self.checks):
            self.checks.append(Check(name=f"image {base}", state=CheckState.MISSING, seen="not on the engine"))
        return list(self.checks)

    async def mend(self, checks: Sequence[Check], say: Callable[[str], None]) -> None:
        """Let those pass that can be mended."""
        self.mended += 1
        for check in checks:
            if check.name in self.mendable and check.state is not CheckState.OK:
                say(f"Mending {check.name}")
                self.checks[self.checks.index(check)] = replace(check, state=CheckState.OK, seen="mended", fix="")


class MemoryHostSize:
    """`ports.host.HostSize`: the size is given; None is a host that does not answer."""

    def __init__(self, host: capacity.Host | None = None) -> None:
        self.host = host

    async def size(self) -> capacity.Host | None:
        """As it was given."""
        return self.host

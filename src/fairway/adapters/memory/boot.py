"""A service manager in memory: its unit runs a server that there is not."""

from pathlib import Path

from fairway.domain import unit
from fairway.errors import WorkFailed
from fairway.ports.boot import Standing

FIRST = 4711


class MemoryBoot:
    """`ports.boot.Boot`. `calls` has what was asked of it, in order. With `fails` the server ends at each start, and
    is started again."""

    def __init__(self, *, present: bool = True, fails: bool = False) -> None:
        self._present = present
        self._fails = fails
        self._unit = self._settings = ""
        self._standing = Standing()
        self._started = 0
        self.calls: list[str] = []

    def present(self) -> bool:
        """See the port."""
        return self._present

    def home(self) -> Path | None:
        """See the port."""
        return unit.home(self._unit) if self._unit else None

    def texts(self) -> tuple[str, str]:
        """See the port."""
        return self._unit, self._settings

    def write(self, unit: str, settings: str) -> None:
        """See the port."""
        self.calls.append("write")
        self._unit, self._settings = unit, settings

    def enable(self) -> None:
        """See the port."""
        self._require("enable")
        self._standing = Standing(enabled=True, wanted=self._standing.wanted, pid=self._standing.pid)

    def start(self) -> None:
        """See the port."""
        self._require("start")
        self._started += 0 if self._standing.pid else 1
        pid = None if self._fails else FIRST + self._started
        enabled = self._standing.enabled
        self._standing = Standing(enabled=enabled, wanted=True, pid=pid, restarts=3 if self._fails else 0)

    def stop(self) -> None:
        """See the port."""
        self._require("stop")
        self._standing = Standing(enabled=self._standing.enabled)

    def standing(self) -> Standing:
        """See the port."""
        return self._standing

    def remove(self) -> None:
        """See the port."""
        self.calls.append("remove")
        self._unit, self._standing = "", Standing()

    def _require(self, call: str) -> None:
        self.calls.append(call)
        if not self._unit:
            raise WorkFailed(f"{call} failed", why="there is no such unit")

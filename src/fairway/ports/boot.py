"""What starts the server when the host starts, and again when it ends: the service manager of the host."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the unit stands: whether it begins with the host, whether it is to run now (it may be on its way, or between
    two tries), the process id of the server (None while there is none), and how often it was started again by itself
    since somebody started it."""

    enabled: bool = False
    wanted: bool = False
    pid: int | None = None
    restarts: int = 0


class Boot(Protocol):
    """One unit, for one server. Every call is done when it returns, but for those that say otherwise; each raises
    WorkFailed with the manager's own words when it refuses."""

    def present(self) -> bool:
        """Whether this host has such a manager, and it runs."""
        ...

    def home(self) -> Path | None:
        """The home of the server that is installed, None when none is. Anybody may ask."""
        ...

    def texts(self) -> tuple[str, str]:
        """The unit and the settings as they are written, "" for what there is not. Raises UsageError for an account
        that may not read the settings."""
        ...

    def write(self, unit: str, settings: str) -> None:
        """Write both, each whole or not at all, the settings for this account alone, and let the manager read them."""
        ...

    def enable(self) -> None:
        """Let it begin with the host."""
        ...

    def start(self) -> None:
        """Begin, and return at once; `standing` says what became of it. `restarts` counts from 0."""
        ...

    def stop(self) -> None:
        """End the server, or the tries to start it; what it began besides goes on."""
        ...

    def standing(self) -> Standing:
        """How it stands; as a unit that is off when there is none."""
        ...

    def remove(self) -> None:
        """Stop, and take the unit away. The settings stay. Twice is the same as once."""
        ...

"""`ports.boot.Boot` by systemd: the unit's files, and systemctl.

Nothing is asked over D-Bus: systemctl is there wherever systemd is, and its words are those that people know.
"""

import contextlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from fairway.domain import unit
from fairway.errors import UsageError, WorkFailed
from fairway.ports.boot import Standing

PATIENCE = 120.0
"""Seconds that systemctl may take; a stop waits until the server has ended, TimeoutStopSec at most."""
ASKED = ("UnitFileState", "ActiveState", "MainPID", "NRestarts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Systemd:
    """`root` is where the file system begins, and `systemctl` the program; both are others in tests alone."""

    settings_file: Path
    root: Path = Path("/")
    systemctl: str = "systemctl"

    @property
    def unit_file(self) -> Path:
        """Where the unit is."""
        return self.root / "etc/systemd/system" / unit.NAME

    def present(self) -> bool:
        """See the port. sd_booted(3) looks at the same directory."""
        return (self.root / "run/systemd/system").is_dir()

    def home(self) -> Path | None:
        """See the port."""
        text = read(self.unit_file)
        return unit.home(text) if text else None

    def texts(self) -> tuple[str, str]:
        """See the port."""
        return read(self.unit_file), read(self.settings_file)

    def write(self, unit: str, settings: str) -> None:
        """See the port. The settings first: a unit without them would not start."""
        put(self.settings_file, settings, 0o600)
        put(self.unit_file, unit, 0o644)
        self._run("daemon-reload")

    def enable(self) -> None:
        """See the port."""
        self._run("enable", "--quiet", unit.NAME)

    def start(self) -> None:
        """See the port."""
        # It forgets how often the former one was started again. A unit that was never started is not known to it yet.
        with contextlib.suppress(WorkFailed):
            self._run("reset-failed", unit.NAME)
        self._run("start", "--no-block", unit.NAME)

    def stop(self) -> None:
        """See the port."""
        self._run("stop", unit.NAME)

    def standing(self) -> Standing:
        """See the port."""
        if not self.unit_file.exists():
            return Standing()
        lines = self._run("show", f"--property={','.join(ASKED)}", unit.NAME).splitlines()
        told = dict(line.split("=", 1) for line in lines if "=" in line)
        return Standing(
            enabled=told.get("UnitFileState") == "enabled",
            wanted=told.get("ActiveState") in ("active", "activating", "reloading"),
            pid=int(told.get("MainPID") or 0) or None,
            restarts=int(told.get("NRestarts") or 0),
        )

    def remove(self) -> None:
        """See the port."""
        if self.unit_file.exists():
            self._run("disable", "--quiet", "--now", unit.NAME)
            self.unit_file.unlink(missing_ok=True)
        if self.present():
            self._run("daemon-reload")

    def _run(self, *arguments: str) -> str:
        command = [self.systemctl, *arguments]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=PATIENCE
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise WorkFailed(f"systemctl {arguments[0]} can't be run", why=str(error)) from error
        if done.returncode != 0:
            raise WorkFailed(
                f"systemctl {arguments[0]} failed",
                why=done.stderr.strip() or f"it ended with status {done.returncode}",
                hint=f"systemctl status {unit.NAME}    journalctl -u {unit.NAME}",
            )
        return done.stdout


def read(file: Path) -> str:
    """The file's text, "" when there is none. Raises UsageError when this account may not read it."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read", why=str(error)) from error


def put(file: Path, text: str, mode: int) -> None:
    """Write it whole or not at all, with that mode from its first byte on. Raises UsageError."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as out:
            os.fchmod(out.fileno(), mode)  # whatever the umask is
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise UsageError(f"{file} can't be written", why=(error.strerror or str(error)).lower()) from error

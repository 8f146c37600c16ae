"""What `fairway server install` does: writes the unit and its settings, and has systemd run the server by them.

Killed in the middle, it is the same command again.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fairway import settings
from fairway.cli import daemon, serving
from fairway.cli.daemon import Started
from fairway.domain import settingsfile, trust, unit
from fairway.errors import UsageError
from fairway.ports.boot import Boot
from fairway.settings import Settings

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
TAKEN = frozenset(
    {
        settingsfile.HOME,
        "FAIRWAY_CA_FILE",
        "DOCKER_CONFIG",
        "SSL_CERT_DIR",
        *settings.PORTS.values(),
        *settings.TEXTS.values(),
        *(variable for variable, _, _ in settings.NUMBERS.values()),
        *trust.VARIABLES,
        *PROXIES,
        *(name.lower() for name in PROXIES),
        *("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
        *("AWS_CA_BUNDLE", "AWS_ENDPOINT_URL"),
    }
)
"""What the server reads of its environment, but for keys of AWS: they end, and belong into a profile or a role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Both texts, the variables in the second, and what differs from what is written now, a line for each variable;
    `unit_differs` says whether the first does. `left` are variables that look like settings and were not taken."""

    unit: str
    settings: str
    values: Mapping[str, str]
    differences: tuple[str, ...]
    unit_differs: bool
    left: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the server has to be started anew to go by it."""
        return self.unit_differs or bool(self.differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What became of it: the server, and whether one was stopped first."""

    started: Started
    stopped: int | None


def prepare(configured: Settings, environ: Mapping[str, str], written: tuple[str, str] = ("", "")) -> Prepared:
    """The texts for these settings and this environment, compared with what is `written`. Raises UsageError for a path
    or a value that can't stand in them."""
    values = {name: value for name, value in environ.items() if name in TAKEN and value}
    values[settingsfile.HOME] = str(configured.home)
    place = unit.Placement(
        python=Path(sys.executable),
        home=configured.home,
        settings=settings.FILE,
        folders=[Path(each) for each in (configured.backups, configured.shared_repositories) if each],
    )
    text, kept = unit.render(place), settingsfile.render(values)
    old = settingsfile.parse(written[1], str(settings.FILE))
    return Prepared(
        unit=text,
        settings=kept,
        values=values,
        differences=tuple(settingsfile.differences(old, values)),
        unit_differs=text != written[0],
        left=tuple(sorted(name for name in environ if is_left(name))),
    )


def is_left(name: str) -> bool:
    """Whether a variable looks like one for the server and is none that it keeps."""
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    return name in keys or (name.startswith("FAIRWAY_") and name not in TAKEN)


def install(configured: Settings, prepared: Prepared, boot: Boot, *, timeout: float) -> Installed:
    """Write what differs, and have systemd run the server by it: one that was started by hand, or with other settings,
    is stopped first. Raises Conflict and WorkFailed as `serving.begin` does."""
    make_folders(configured)
    if prepared.differs:
        boot.write(prepared.unit, prepared.settings)
    boot.enable()
    runs, standing = daemon.find(configured), boot.standing()
    if runs and standing.pid == runs and not prepared.unit_differs and goes_by(runs, prepared):
        return Installed(started=daemon.start(configured, timeout=timeout), stopped=None)
    boot.stop()
    stopped = daemon.stop(configured, timeout=timeout) or runs
    return Installed(started=serving.begin(configured, boot, timeout=timeout), stopped=stopped)


def goes_by(pid: int, prepared: Prepared) -> bool:
    """Whether the server was started with these settings. What is written says less: somebody may have changed it
    since, or an installation was ended before it had the server started anew."""
    environ = daemon.environment_of(pid)
    return all(environ.get(name, "") == prepared.values.get(name, "") for name in TAKEN)


def make_folders(configured: Settings) -> None:
    """The home, for root alone, and the folder of logs: systemd opens the server's log before the server runs."""
    try:
        configured.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        configured.logs.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{configured.home} can't be written to", why=(error.strerror or "").lower(), hint="set FAIRWAY_HOME"
        ) from error


def environment() -> dict[str, str]:
    """The variables of this process, and those of an installed server for what it does not set."""
    return settings.environment(os.environ)

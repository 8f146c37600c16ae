"""What is in the way of an installed server: said before anything is changed."""

import stat
import sys
from pathlib import Path

import fairway
from fairway import settings
from fairway.cli import daemon, serving
from fairway.errors import Conflict, UsageError
from fairway.ports.boot import Boot
from fairway.settings import Settings

PASSING = ("/tmp", "/var/tmp", "/run", "/dev/shm")  # noqa: S108 (named because nothing is kept there)
"""Directories that are emptied at a start of the host, or after some days."""


def require(configured: Settings, boot: Boot) -> None:
    """Raise UsageError or Conflict for what would make a server that is not there after a start of the host, or that
    somebody else could change: told before anything is."""
    if not boot.present():
        raise UsageError(
            "this host has no systemd that could start the server",
            why="there is no /run/systemd/system",
            hint=f"have what starts your programs run {sys.executable} -m fairway.server, as root, with your settings",
        )
    serving.require_root("install")
    require_lasting(configured.home, Path(sys.prefix))
    require_closed(program_paths())
    require_alone(configured, boot)


def require_lasting(home: Path, program: Path) -> None:
    """Raise UsageError for a home or an installation of Fairway that is gone after a start of the host."""
    hints = (
        ("FAIRWAY_HOME", home, "FAIRWAY_HOME=/var/lib/fairway fairway server install"),
        ("Fairway itself", program, "install Fairway elsewhere, for example in /opt/fairway"),
    )
    for name, path, hint in hints:
        if any(path.is_relative_to(each) for each in PASSING):
            raise UsageError(
                f"{name} is in {path}", why="what lies there does not outlive a start of the host", hint=hint
            )


def require_closed(paths: list[Path]) -> None:
    """Raise UsageError when every account may write to one of them. One with the sticky bit keeps what is in it from
    others."""
    for path in paths:
        try:
            mode = path.stat().st_mode
        except OSError:
            continue
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise UsageError(
                f"{path} can be changed by every account of this host",
                why="systemd would run what they put there, as root",
                hint=f"chmod o-w {path}",
            )


def require_alone(configured: Settings, boot: Boot) -> None:
    """Raise Conflict when the server of another home is installed, or somebody else has this one's port."""
    other = boot.home()
    if other not in (None, configured.home):
        raise Conflict(
            f"the server of {other} is installed here",
            why="systemd starts one server on a host",
            hint=f"FAIRWAY_HOME={other} fairway server install changes that one; fairway server uninstall ends it",
        )
    runs = daemon.find(configured) or boot.standing().pid
    # The one that runs has its own port, and is stopped before it is to have another.
    if not runs or settings.read(daemon.environment_of(runs)).port != configured.port:
        daemon.require_free(configured)


def program_paths() -> list[Path]:
    """All that decides what the server's Python runs: the interpreter, its environment and this package, each with the
    directories above."""
    inside = Path(fairway.__file__).parent
    ends = {Path(sys.executable), Path(sys.executable).resolve(), Path(sys.prefix), inside, inside.resolve()}
    return sorted({path for end in ends for path in (end, *end.parents)})


def owners(paths: list[Path]) -> list[str]:
    """Accounts other than root that own one of them, and so may act as root once it is installed."""
    import pwd

    found = set()
    for path in paths:
        try:
            found.add(path.stat().st_uid)
        except OSError:
            continue
    names = []
    for uid in sorted(found - {0}):
        try:
            names.append(pwd.getpwuid(uid).pw_name)
        except KeyError:
            names.append(f"uid {uid}")
    return names

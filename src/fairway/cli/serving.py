"""Starting and stopping this host's server by whoever runs it: systemd where it is installed, else these commands.

Two that both start it would take its home from each other, and systemd starts again what is stopped behind its back.
"""

import contextlib
import os
import time
from collections.abc import Iterator

from fairway.cli import daemon
from fairway.cli.daemon import Started
from fairway.errors import FairwayError, UsageError, WorkFailed
from fairway.ports.boot import Boot
from fairway.settings import FILE, Settings

UNIT = "fairway.service"


def local_boot() -> Boot:
    """The service manager of this host."""
    from fairway.adapters.host.systemd import Systemd

    return Systemd(settings_file=FILE)


def installed(settings: Settings, boot: Boot) -> bool:
    """Whether the service manager starts the server of this home, and runs."""
    return boot.home() == settings.home and boot.present()


def start(settings: Settings, *, timeout: float, boot: Boot | None = None) -> Started:
    """Start the server unless it runs, and wait until it answers.

    Raises Conflict when somebody else has the port, WorkFailed with the log's last lines when it does not come up,
    UsageError when it is installed and this account may not start it.
    """
    boot = boot or local_boot()
    if not installed(settings, boot) or daemon.find(settings):
        return daemon.start(settings, timeout=timeout)
    require_root("start")
    return begin(settings, boot, timeout=timeout)


def begin(settings: Settings, boot: Boot, *, timeout: float) -> Started:
    """Let the service manager start the server, which does not run, and wait until it answers.

    Raises Conflict when somebody else has the port, WorkFailed when the server ends again, or does not answer in time.
    """
    daemon.require_free(settings)
    log = daemon.log_file(settings)
    offset = log.stat().st_size if log.exists() else 0
    started = time.monotonic()
    boot.start()
    while True:
        standing = boot.standing()
        if standing.pid and daemon.serves(settings, standing.pid):
            return Started(pid=standing.pid, new=True, seconds=time.monotonic() - started)
        lines = daemon.tail(log, lines=daemon.LINES, offset=offset)
        if standing.restarts or not standing.wanted:
            raise WorkFailed(
                "the server ended again",
                why=f"systemd ({UNIT}) starts it every 2 s" if standing.wanted else f"systemd ({UNIT}) has given up",
                log=lines,
                hint=f"fairway server logs    journalctl -u {UNIT}    fairway server stop",
            )
        if time.monotonic() - started > timeout:
            raise WorkFailed(
                f"the server does not answer on port {settings.port} yet",
                why=f"systemd ({UNIT}) has started it, and goes on",
                log=lines,
                hint="fairway server logs",
            )
        time.sleep(daemon.PAUSE)


def stop(settings: Settings, *, timeout: float, boot: Boot | None = None) -> int | None:
    """Stop the server, or the tries to start it, and wait until it has ended; its process id, None when none ran.

    Raises WorkFailed, and UsageError when it is installed and this account may not stop it.
    """
    boot = boot or local_boot()
    pid = daemon.find(settings)
    if installed(settings, boot):
        require_root("stop")
        boot.stop()
    # The one that runs may have been started by hand.
    return daemon.stop(settings, timeout=timeout) or pid


@contextlib.contextmanager
def paused(settings: Settings, *, timeout: float, boot: Boot | None = None) -> Iterator[None]:
    """No server of this home runs in the block, and none is started. One that ran before is started afterwards, and
    one that the service manager was about to start again. What the block raised is raised, whatever becomes of that.
    """
    boot = boot or local_boot()
    runs = installed(settings, boot) and boot.standing().wanted
    runs = stop(settings, timeout=timeout, boot=boot) is not None or runs
    try:
        yield
    except BaseException:
        with contextlib.suppress(FairwayError):
            if runs:
                start(settings, timeout=timeout, boot=boot)
        raise
    if runs:
        start(settings, timeout=timeout, boot=boot)


def require_root(verb: str) -> None:
    """Raise UsageError unless this is root."""
    if os.geteuid() != 0:
        raise UsageError(
            f"only root can {verb} the server", why=f"systemd runs it ({UNIT})", hint=f"sudo fairway server {verb}"
        )

"""The unit by which systemd starts the server of this host: its text, from where Fairway and its state lie.

The server is one process among several that it has begun (HAProxy, the registry, builds), all of which are in the
unit's control group and outlive it. So most of what stands here keeps systemd from treating them as one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fairway.errors import UsageError

NAME = "fairway.service"
HOME = re.compile(r"^X-FairwayHome=(.*)$", re.MULTILINE)
UNWRITABLE = '"\\$'
TEMPLATE = """\
# Written by `fairway server install`, which writes it anew; changes belong into `systemctl edit fairway`.
[Unit]
Description=Fairway: builds and deploys what is pushed, and keeps it running
After=network-online.target docker.service
# Wants, not Requires: the server waits for Docker, and goes on when Docker is started anew.
Wants=network-online.target docker.service
RequiresMountsFor={mounts}
# It is tried for as long as the host runs, every RestartSec: what it lacks (a database, an address) may come late.
StartLimitIntervalSec=0
# Which server this is, for the commands of Fairway. systemd ignores names that begin with X-.
X-FairwayHome={home}

[Service]
# The server says when it serves (READY=1). At a start it may give much room of its database back to the disk first.
Type=notify
NotifyAccess=main
TimeoutStartSec=30min
ExecStart="{python}" -m fairway.server
EnvironmentFile={settings}
# Sets HOME, where Docker and git look for their credentials and AWS for its profiles.
User=root
WorkingDirectory={home_path}
# `fairway server logs` shows this file. The server empties it when it grows large.
StandardOutput=append:{home_path}/logs/server.log
StandardError=inherit
Restart=always
RestartSec=2s
# HAProxy, the registry and builds are in this control group, and go on while the server is away, as after
# `fairway server stop`: the next one takes them over. At the end of the host systemd ends them like everything else.
KillMode=process
# Streams and requests have 5 s to end, and what is under way in the stores follows.
TimeoutStopSec=60s
# One of them that the kernel kills for want of memory must not stop the server, as it would by default.
OOMPolicy=continue
# Tasks have limits of their own and are started anew. The server and HAProxy go on when memory is short.
OOMScoreAdjust=-500
# HAProxy has two for each of its 8000 connections.
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where the Python of Fairway is, where the server's state is, the file of its settings, and folders besides the
    home without which it can't begin (backups, repositories)."""

    python: Path
    home: Path
    settings: Path
    folders: Sequence[Path] = ()


def render(place: Placement) -> str:
    """The unit's text. Raises UsageError for a path that systemd would read differently from how it is written."""
    for path in (place.python, place.home, place.settings, *place.folders):
        if not str(path).isprintable() or any(each in UNWRITABLE for each in str(path)):
            raise UsageError(
                f"{str(path)!r} can't stand in a unit of systemd",
                why=f"it has one of {UNWRITABLE} or a character that is not printed",
                hint="move it to a path without",
            )
    mounts = " ".join(f'"{escape(path)}"' for path in (place.home, *place.folders))
    return TEMPLATE.format(
        python=escape(place.python),
        home=place.home,
        home_path=escape(place.home),
        settings=escape(place.settings),
        mounts=mounts,
    )


def home(text: str) -> Path | None:
    """The home of the server that a unit starts; None when it is not one of these."""
    found = HOME.search(text)
    return Path(found[1]) if found else None


def escape(path: Path) -> str:
    """A path as systemd reads it: a percent sign begins one of its specifiers, unless it is doubled."""
    return str(path).replace("%", "%%")

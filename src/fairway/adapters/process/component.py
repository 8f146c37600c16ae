"""What a component is: a program that runs beside the server, and how it stands."""

import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fairway.adapters.process.listener import Listener

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A program and how to tell that it works.

    `command` is an argument list that no other instance has in common (it names our directory). `ready` says whether
    it answers, and never raises. `listens` are the (address, port) pairs that it binds, and `port_hint` says how to
    choose others; `listeners` are the sockets of one that inherits them instead. `stop_signal` asks it to end when its
    work is done; after `stop_timeout` seconds SIGTERM follows, after as many again SIGKILL. `environment` replaces the
    few variables that are passed on otherwise.
    """

    name: str
    command: tuple[str, ...]
    pid_file: Path
    log: Path
    ready: Callable[[], Awaitable[bool]]
    listens: tuple[tuple[str, int], ...] = ()
    listeners: tuple[Listener, ...] = ()
    port_hint: str = ""
    install_hint: str = "fairway doctor --fix"
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout: float = 5.0
    environment: Mapping[str, str] = field(
        default_factory=lambda: {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentState:
    """`state` is "stopped", "starting", "running" or "failed"; `detail` says more in plain words."""

    name: str
    state: str
    detail: str = ""
    pid: int | None = None
    restarts: int = 0

"""A service manager that runs a stand-in for the server as a real process, with the settings that were written."""

import os
import subprocess
import sys
from pathlib import Path

from fairway.adapters.memory.boot import MemoryBoot
from fairway.cli import daemon
from fairway.domain import settingsfile
from fairway.ports.boot import Standing

STAND_IN = """
import os, sys, json, http.server
home, port = os.environ["FAIRWAY_HOME"], int(os.environ["FAIRWAY_PORT"])
os.makedirs(home + "/run", exist_ok=True)
open(home + "/run/server.pid", "w").write(f"{os.getpid()}\\n")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"status": "ok", "version": "1", "pid": os.getpid()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def stand_in(folder: Path) -> tuple[str, ...]:
    """The command of a stand-in that takes its home and its port from its environment."""
    script = folder / "fairway.server.py"
    script.write_text(STAND_IN)
    return (sys.executable, str(script))


class SpawningBoot(MemoryBoot):
    """`ports.boot.Boot`; the process outlives nothing: `close` ends it."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._command = stand_in(folder)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Spawn it, unless it runs."""
        super().start()
        if self._process is None:
            environ = {"PATH": os.environ["PATH"], **settingsfile.parse(self.texts()[1], "settings")}
            self._process = subprocess.Popen([*self._command], env=environ)

    def stop(self) -> None:
        """End it."""
        super().stop()
        self.close()

    def standing(self) -> Standing:
        """With the process id of the real process."""
        known = super().standing()
        pid = self._process.pid if self._process and daemon.alive(self._process.pid) else None
        return Standing(enabled=known.enabled, wanted=known.wanted, pid=pid)

    def close(self) -> None:
        """End the process, when there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

"""`fairway server logs -f` over a log that the server empties."""

import os
import subprocess
import sys
import threading
from pathlib import Path


def test_it_goes_on_when_the_log_was_emptied(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "server.log"
    log.parent.mkdir()
    log.write_text("before\n")
    command = [sys.executable, "-m", "fairway", "server", "logs", "--follow"]
    environ = {**os.environ, "FAIRWAY_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as following:
        assert following.stdout is not None
        patience = threading.Timer(60.0, following.kill)
        patience.start()
        try:
            first = following.stdout.readline()
            os.truncate(log, 0)
            with log.open("a") as writer:
                writer.write("on\n")
            second = following.stdout.readline()
        finally:
            patience.cancel()
            following.kill()

    assert (first, second) == ("before\n", "on\n")

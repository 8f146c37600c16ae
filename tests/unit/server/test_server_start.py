"""A server that can't keep its files says so, in words."""

import os
import resource
import subprocess
import sys
from pathlib import Path


def test_a_full_disk_is_told_in_words_and_without_a_stack_trace(tmp_path: Path) -> None:
    home = tmp_path / "home"
    # The kernel refuses every byte, as a full disk does.
    done = subprocess.run(
        [sys.executable, "-m", "fairway.server"],
        env={**os.environ, "FAIRWAY_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        [
            "the server can't keep its files",
            f"file too large: {home}",
            "free some space on the disk that holds FAIRWAY_HOME",
        ],
    )

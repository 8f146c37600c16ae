"""Docker's command and a free port, as the demo and the benches use them."""

import os
import socket
import subprocess

from fairway.errors import Unavailable, WorkFailed


def free_port(address: str) -> int:
    """A TCP port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def run(
    program: str,
    *arguments: str,
    environ: dict[str, str] | None = None,
    timeout: float = 60.0,
) -> str:
    """Run one docker command and return what it prints. Raises WorkFailed with its error."""
    try:
        done = subprocess.run(
            [program, *arguments],
            env={**os.environ, **(environ or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable("Docker did not answer", why=str(error), hint="fairway doctor") from error
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise WorkFailed(f"docker {arguments[0]} failed", why=lines[-1] if lines else "", log=lines[-10:])
    return done.stdout.strip() or done.stderr.strip()

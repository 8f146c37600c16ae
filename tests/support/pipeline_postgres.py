"""A PostgreSQL server of the tests' own: installed if it is missing, in a temporary directory, gone at the end."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ENOUGH = 1024**3
"""Bytes; a cluster with the database of one test has 60 MB, and its log of changes up to 100."""


def find_programs() -> Path:
    """The newest PostgreSQL's directory of programs; Debian's package is installed when there is none."""
    with (Path(tempfile.gettempdir()) / "t-pipeline-postgres.lock").open("w") as lock:
        # Two workers that both find none would meet at the package manager's lock.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (found := sorted(Path("/usr/lib/postgresql").glob("*/bin"))):
            quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            for command in (["update"], ["install", "-y", "--no-install-recommends", "postgresql"]):
                subprocess.run(
                    ["apt-get", "-qq", *command], check=True, env=quiet, capture_output=True, stdin=subprocess.DEVNULL
                )
            found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return found[-1]


def unprivileged(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return (
        ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command] if os.getuid() == 0 else command
    )


def place() -> str | None:
    """Memory, where there is enough of it: each database that a test makes is 300 files. None: where others are."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > ENOUGH else None


@contextmanager
def run_cluster(port: int | None = None) -> Iterator[Callable[[str], str]]:
    """A running server; gives the URL of a database by its name. It listens on a socket file alone, in a directory of
    its own (pytest's own ones may go while others run their tests), so that any number of them stand beside each other;
    with a `port` on loopback too, and the URL is of that, for clients that know no socket files.
    """
    programs, home = find_programs(), Path(tempfile.mkdtemp(prefix="t-pipeline-postgres-", dir=place()))
    data = home / "data"
    data.mkdir(mode=0o700)
    if os.getuid() == 0:
        shutil.chown(home, "postgres", "postgres")
        shutil.chown(data, "postgres", "postgres")
    initialise = [str(programs / "initdb"), "-D", str(data), "-U", "fairway", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(unprivileged(initialise), check=True, capture_output=True, cwd="/")
    listens = "-c listen_addresses=" if port is None else f"-c listen_addresses=127.0.0.1 -p {port}"
    options = f"{listens} -c unix_socket_directories={home} -c fsync=off -c max_wal_size=96MB"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
    start = [*control, "-l", str(data / "log"), "-o", options, "start"]
    subprocess.run(unprivileged(start), check=True, cwd="/", stdout=subprocess.DEVNULL)
    try:
        where = f"/{{}}?host={home}" if port is None else f"127.0.0.1:{port}/{{}}"
        yield lambda name: f"postgresql://fairway@{where.format(name)}"
    finally:
        subprocess.run(unprivileged([*control, "-m", "immediate", "stop"]), check=True, capture_output=True, cwd="/")
        shutil.rmtree(home)

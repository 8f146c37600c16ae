"""A server of its own for a measurement, with the sample backend live on it, and the same steps by hand beside it."""

import contextlib
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from fairway.cli.demo import telling
from fairway.cli.demo.docker import free_port
from fairway.cli.demo.sandbox import Sandbox, create

HOST = "shop-api-production.localhost"
SAMPLES = 2
"""How many tasks the sample's own fairway.toml asks for."""


@contextlib.contextmanager
def live(*, replicas: int = 1) -> Iterator[Sandbox]:
    """The sample, pushed and serving with so many tasks (its orders in memory), on a server that goes at the end."""
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as directory:
        sandbox = create(Path(directory))
        try:
            if replicas != SAMPLES:
                sandbox.commit("fairway.toml", f"replicas = {SAMPLES}", f"replicas = {replicas}", "Set the replicas")
            # What is measured is neither its databases nor its staging.
            path = sandbox.repository / "fairway.toml"
            path.write_text(path.read_text().partition("\n# Fairway runs a PostgreSQL")[0])
            # The tests are the user's own time, by hand as well as here.
            sandbox.commit("fairway.toml", 'test = "npm test"', "", "Leave the tests out")
            sandbox.fairway("up", "--yes")
            yield sandbox
        finally:
            sandbox.fairway("down", "--yes", check=False)
            sandbox.fairway("server", "stop", "--all", check=False)


@contextlib.contextmanager
def plain_registry() -> Iterator[str]:
    """A registry without credentials, `localhost:PORT`: the floor's, so that its push needs no log-in."""
    port = free_port("127.0.0.1")
    with tempfile.TemporaryDirectory(prefix="fairway-bench-registry-") as directory:
        config = Path(directory) / "config.yml"
        config.write_text(
            f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {directory}/data}}}}\n"
            f"http: {{addr: 127.0.0.1:{port}}}\n"
        )
        quiet = subprocess.DEVNULL
        server = subprocess.Popen(["docker-registry", "serve", str(config)], stdout=quiet, stderr=quiet)
        try:
            until(lambda: answer(f"http://127.0.0.1:{port}/v2/") is not None)
            yield f"localhost:{port}"
        finally:
            server.terminate()
            server.wait()


def tasks(program: str, sandbox: Sandbox) -> list[str]:
    """The ids of the sandbox's own running containers, the newest first, whoever else runs the sample on this host."""
    instance = (sandbox.home / "instance").read_text().strip()
    return run(program, "ps", "--quiet", "--filter", f"label=fairway.instance={instance}").split()


def docker_program() -> str:
    """The docker command that builds with BuildKit: Debian's before any bare client."""
    return telling.docker_program()


def answer(url: str, host: str = "") -> bytes | None:
    """The body of a good answer, None for anything else."""
    request = urllib.request.Request(url, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=2) as response:
            return bytes(response.read())
    except OSError:
        return None


def until(condition: Callable[[], bool], *, patience: float = 60.0, every: float = 0.01) -> float:
    """Seconds until the condition holds. Raises TimeoutError."""
    started = time.perf_counter()
    while not condition():
        if time.perf_counter() - started > patience:
            raise TimeoutError("it did not happen")
        time.sleep(every)
    return time.perf_counter() - started


def run(*command: str, cwd: Path | None = None, environ: dict[str, str] | None = None) -> str:
    """Run a command that must succeed; what it prints."""
    done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def row(name: str, ours: list[float], floor: list[float], unit: str = "s", against: str = "floor") -> str:
    """A line of the report: both medians with their ranges, and the ratio of the medians."""

    def spread(values: list[float]) -> str:
        return f"{statistics.median(values):.3g} {unit} ({min(values):.3g}–{max(values):.3g})"

    ratio = statistics.median(ours) / statistics.median(floor)
    return f"{name:<34} fairway {spread(ours):<28} {against} {spread(floor):<28} ratio {ratio:.2f}"

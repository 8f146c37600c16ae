"""Requests a second and p99 through Fairway's HAProxy, against two configurations written by hand for the same
targets: the shortest that works, and one that does what Fairway's does (host names, forwarded headers, retries). All
run at once, and wrk asks one after the other in alternating rounds.

The targets answer from one more HAProxy, since nothing else at hand keeps up with those that are measured. Each HAProxy
has a session of its own, as Fairway's has: Linux shares the processors out by session, and one that had wrk's session
would be measured with another share.
"""

import asyncio
import contextlib
import re
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.cli.demo.docker import free_port
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.observed import Target
from fairway.ports.balancer import Route
from sandbox import answer, row, until

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 9
SECONDS = 3
CONNECTIONS = 64
HOST = "shop-production.localhost"
NAMES = {
    "app": AppName("shop"),
    "environment": EnvironmentName("production"),
    "service": ServiceName("web"),
}

ORIGIN = """\
defaults
    mode http
    timeout client 1m
    timeout server 1m
    timeout connect 5s
frontend targets
    bind 127.0.0.1:{0}
    bind 127.0.0.1:{1}
    http-request return status 200 content-type text/plain string "Welcome to the shop"
"""

SHORTEST = """\
global
    maxconn 8000
defaults
    mode http
    timeout client 1m
    timeout server 1m
    timeout connect 5s
frontend web
    bind 127.0.0.1:{port}
    default_backend shop
backend shop
    server one 127.0.0.1:{0} check
    server two 127.0.0.1:{1} check
"""

SAME_DUTIES = """\
global
    maxconn 8000
defaults
    mode http
    timeout client 1m
    timeout server 1m
    timeout connect 5s
    retries 3
    option redispatch
    retry-on conn-failure empty-response
frontend web
    bind 127.0.0.1:{port}
    http-request disable-l7-retry unless METH_GET
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Forwarded-Host %[req.hdr(host)]
    use_backend shop if {{ req.hdr(host),lower -m str shop-production.localhost }}
backend shop
    server one 127.0.0.1:{0} check
    server two 127.0.0.1:{1} check
"""

FLOORS = {"shortest": SHORTEST, "same duties": SAME_DUTIES}


async def main() -> None:
    """Measure and print a line for each figure and floor."""
    targets = [free_port("127.0.0.1"), free_port("127.0.0.1")]
    ports = {name: free_port("127.0.0.1") for name in FLOORS}
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in ("fairway", *FLOORS)}
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as directory, contextlib.ExitStack() as stack:
        root = Path(directory)
        stack.enter_context(haproxy(root, "origin", ORIGIN.format(*targets)))
        for name, text in FLOORS.items():
            stack.enter_context(haproxy(root, name, text.format(*targets, port=ports[name])))
        async with balancer(root / "fairway", targets) as ports["fairway"]:
            for port in ports.values():
                await asyncio.to_thread(until, lambda port=port: answer(f"http://127.0.0.1:{port}/", HOST) is not None)
            for number in range(ROUNDS + 1):
                names = list(figures) if number % 2 else list(reversed(figures))
                for name in names:
                    figure = await asyncio.to_thread(ask, ports[name])
                    if number:  # the first round warms up
                        figures[name].append(figure)
    for name in FLOORS:
        for index, unit in enumerate(("/s", "ms p99")):
            ours, floor = ([figure[index] for figure in figures[each]] for each in ("fairway", name))
            print(row(f"proxied requests, floor: {name}", ours, floor, unit=unit))


@contextlib.contextmanager
def haproxy(root: Path, name: str, text: str) -> Iterator[None]:
    """A HAProxy with a configuration of its own."""
    path = root / f"{name}.cfg"
    path.write_text(text)
    process = subprocess.Popen(["haproxy", "-db", "-f", str(path)], stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextlib.asynccontextmanager
async def balancer(directory: Path, targets: list[int]) -> AsyncIterator[int]:
    """Fairway's, with the targets attached while it runs as every task's are; its port."""
    made = HaproxyBalancer(directory, "127.0.0.1", free_port("127.0.0.1"))
    try:
        async with made:
            await made.set_route(Route(hosts=(HOST,), **NAMES))
            for number, port in enumerate(targets):
                await made.attach(Target(task=TaskId(f"{number:012x}"), address="127.0.0.1", port=port, **NAMES))
            yield made.frame.port
    finally:
        await made.stop()


def ask(port: int) -> tuple[float, float]:
    """Requests a second and the p99 in milliseconds of one run of wrk. Raises ValueError when a request failed."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-H", f"Host: {HOST}"]
    done = subprocess.run([*command, f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True)
    if "Socket errors" in done.stdout or "Non-2xx" in done.stdout:
        raise ValueError(done.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout)
    if not rate or not p99:
        raise ValueError(done.stdout)
    return float(rate[1]), float(p99[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[p99[2]]


if __name__ == "__main__":
    asyncio.run(main())

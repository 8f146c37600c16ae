"""Requests a second and p99 through Fairway's HAProxy, against two configurations written by hand for the same
targets: the shortest that works, and one that does what Fairway's does (host names, forwarded headers, retries), in
plain HTTP and by TLS. Where Fairway's takes TLS its plain requests are measured apart. All run at once, and wrk asks
one after the other in alternating rounds.

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
from dataclasses import dataclass
from pathlib import Path

from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.haproxy.terminator import HaproxyTerminator
from fairway.cli.demo.docker import free_port
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.observed import Target
from fairway.ports.balancer import Route
from sandbox import answer, row, until
from support.tls_pems import make

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 9
SECONDS = 3
CONNECTIONS = 64
HOST = "shop-production.localhost"
TLS_HOST = "localhost"
"""Has a certificate, as HOST has not: a plain request for it would be sent on."""
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

SAME_DUTIES_BY_TLS = SAME_DUTIES.replace(
    "bind 127.0.0.1:{port}",
    "bind 127.0.0.1:{port} ssl crt {certificate} strict-sni alpn h2,http/1.1 ssl-min-ver TLSv1.2 no-tls-tickets",
).replace("shop-production.localhost", TLS_HOST)

FLOORS = {"shortest": SHORTEST, "same duties": SAME_DUTIES, "same duties by TLS": SAME_DUTIES_BY_TLS}
PAIRS = (
    ("proxied requests, floor: shortest", "fairway", "shortest"),
    ("proxied requests, floor: same duties", "fairway", "same duties"),
    ("plain requests beside TLS, floor: same duties", "fairway beside TLS", "same duties"),
    ("requests by TLS, floor: same duties", "fairway by TLS", "same duties by TLS"),
)


async def main() -> None:
    """Measure and print a line for each figure and floor."""
    targets = [free_port("127.0.0.1"), free_port("127.0.0.1")]
    ports = {name: free_port("127.0.0.1") for name in FLOORS}
    with tempfile.TemporaryDirectory(prefix="fairway-bench-") as directory, contextlib.ExitStack() as stack:
        root = Path(directory)
        certificate = root / "own.pem"
        certificate.write_text(make(TLS_HOST).both)
        stack.enter_context(haproxy(root, "origin", ORIGIN.format(*targets)))
        for name, text in FLOORS.items():
            filled = text.format(*targets, port=ports[name], certificate=certificate)
            stack.enter_context(haproxy(root, name, filled))
        async with balancer(root / "plain", targets) as plain, balancer(root / "both", targets, tls=True) as both:
            ports |= {"fairway": plain.port, "fairway beside TLS": both.port, "fairway by TLS": both.tls_port}
            urls = {name: url(name, port) for name, port in ports.items()}
            for port in (plain.port, both.port, ports["shortest"], ports["same duties"]):
                await asyncio.to_thread(until, lambda port=port: answer(f"http://127.0.0.1:{port}/", HOST) is not None)
            figures: dict[str, list[tuple[float, float]]] = {name: [] for name in urls}
            for number in range(ROUNDS + 1):
                names = list(figures) if number % 2 else list(reversed(figures))
                for name in names:
                    figure = await asyncio.to_thread(ask, urls[name])
                    if number:  # the first round warms up
                        figures[name].append(figure)
    for title, name, floor_name in PAIRS:
        for index, unit in enumerate(("/s", "ms p99")):
            ours, floor = ([figure[index] for figure in figures[each]] for each in (name, floor_name))
            print(row(title, ours, floor, unit=unit))


def url(name: str, port: int) -> str:
    """Where wrk asks: by TLS under the name that is in the certificate, for it says that name to the server."""
    return f"https://{TLS_HOST}:{port}/" if name.endswith("by TLS") else f"http://127.0.0.1:{port}/"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where Fairway's is."""

    port: int
    tls_port: int


@contextlib.asynccontextmanager
async def balancer(directory: Path, targets: list[int], *, tls: bool = False) -> AsyncIterator[Served]:
    """Fairway's, with the targets attached while it runs as every task's are; and its certificate with `tls`."""
    made = HaproxyBalancer(
        directory, "127.0.0.1", free_port("127.0.0.1"), tls_port=free_port("127.0.0.1") if tls else 0
    )
    try:
        async with made:
            await made.set_route(Route(hosts=(HOST, TLS_HOST), **NAMES))
            for number, port in enumerate(targets):
                await made.attach(Target(task=TaskId(f"{number:012x}"), address="127.0.0.1", port=port, **NAMES))
            if tls:
                await HaproxyTerminator(made).present(TLS_HOST, make(TLS_HOST).both)
            yield Served(port=made.frame.port, tls_port=made.frame.tls_port)
    finally:
        await made.stop()


def ask(url: str) -> tuple[float, float]:
    """Requests a second and the p99 in milliseconds of one run of wrk. Raises ValueError when a request failed."""
    host = TLS_HOST if url.startswith("https") else HOST
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-H", f"Host: {host}"]
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    if "Socket errors" in done.stdout or "Non-2xx" in done.stdout:
        raise ValueError(done.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout)
    if not rate or not p99:
        raise ValueError(done.stdout)
    return float(rate[1]), float(p99[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[p99[2]]


if __name__ == "__main__":
    asyncio.run(main())

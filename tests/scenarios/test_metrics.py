"""What Fairway says of an app's traffic is what those who made the traffic counted."""

import http.client
import re
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from support.world import Project, World, until

pytestmark = pytest.mark.exhaustive

Make = Callable[..., Project]
CONNECTIONS = 16
EACH = 50
SLOW = 0.2
TOML = """\
[services.web]
replicas = 2
cpu = 0.5
memory = "128MB"
health = { path = "/", start_period = "3s", interval = "1s" }
"""
SERVER = """\
const version = require('./version')
require('http').createServer((request, response) => {
  if (request.url === '/slow') return setTimeout(() => response.end(version), 200)
  if (request.url === '/broken') return response.writeHead(500).end('broken')
  response.end(version)
}).listen(process.env.PORT, '0.0.0.0', () => console.log('listening on', process.env.PORT))
"""


@dataclass
class Load:
    """Requests over kept connections: every tenth is slow, every twenty-fifth fails in the app."""

    project: Project
    seconds: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def run(self) -> "Load":
        threads = [threading.Thread(target=self._ask) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self

    def _ask(self) -> None:
        port = int(self.project.world.environ["FAIRWAY_APPS_PORT"])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for number in range(EACH):
            path = "/slow" if number % 10 == 0 else "/broken" if number % 25 == 1 else "/"
            begun = time.perf_counter()
            connection.request("GET", path, headers={"Host": self.project.host})
            answer = connection.getresponse()
            answer.read()
            self.seconds.append(time.perf_counter() - begun)
            self.statuses.append(answer.status)
        connection.close()


@pytest.fixture
def live(project: Make) -> Project:
    made = project(toml=TOML, files={"server.js": SERVER})
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    return made


def scrape(world: World, app: str) -> dict[str, float]:
    """What `/metrics` says of the app's services: by family, tasks added up."""
    token = (world.home / "token").read_text().strip()
    url = f"http://127.0.0.1:{world.environ['FAIRWAY_PORT']}/metrics"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    text = opener.open(request, timeout=10).read().decode()
    told: dict[str, float] = {}
    for line in text.splitlines():
        if found := re.match(rf'(\w+){{app="{app}",.*}} (\S+)$', line):
            told[found[1]] = told.get(found[1], 0.0) + float(found[2])
    return told


def test_what_is_measured_is_what_the_load_counted(live: Project, world: World) -> None:
    before = until(lambda: scrape(world, live.app), what="the first measurement")

    load = Load(live).run()
    sent = len(load.statuses)

    # Two parts of HAProxy tell them, its counters and its log, which are read one after the other.
    names = ("fairway_service_requests_total", "fairway_service_request_duration_seconds_count")

    def counted() -> dict[str, float] | None:
        told = scrape(world, live.app)
        return told if all(told[name] - before.get(name, 0.0) >= sent for name in names) else None

    after = until(counted, patience=10, what="every request in /metrics")
    grown = {name: after[name] - before.get(name, 0.0) for name in after}
    assert sent == CONNECTIONS * EACH
    assert grown["fairway_service_requests_total"] == sent
    assert grown["fairway_task_requests_total"] == sent
    assert grown["fairway_service_errors_total"] == sum(status == 500 for status in load.statuses)
    assert grown["fairway_service_refused_total"] == 0
    assert grown["fairway_service_request_duration_seconds_count"] == sent
    assert grown["fairway_task_cpu_seconds_total"] > 0

    [web] = live.fairway("top", "--json", "--over", "1h").json["services"]
    figures = web["figures"]
    assert figures["requests"] == after["fairway_service_requests_total"]
    assert figures["errors"] == after["fairway_service_errors_total"]
    assert sum(task["figures"]["requests"] for task in web["tasks"]) == figures["requests"]
    # A tenth of the requests is slow, so the 95th percentile is one of them: no faster than the app made it (a
    # millisecond may be lost to rounding twice), and at most a bucket slower than whoever waited for it saw it.
    seen = sorted(load.seconds)[round(0.95 * sent) - 1]
    assert 1000 * SLOW - 2 <= figures["p95_ms"] <= 1000 * seen * 1.2 + 2
    assert figures["memory_limit"] == 2 * 128 * 2**20
    assert 0 < figures["memory"] < figures["memory_limit"]
    assert figures["cpu_limit"] == 1.0

    assert re.search(r"web +2/2 healthy +\S+ req/s   p95 \d+ ms   errors \d", live.fairway("status").stdout)
    assert re.search(r"\d+ % of 0\.5  \d+/128 MB", live.fairway("ps").stdout)


def test_what_no_task_takes_is_told_as_refused(live: Project, world: World) -> None:
    scaled = live.fairway("scale", "web=0")
    assert scaled.status == 0, scaled.text
    until(lambda: live.get()[0] == 503, what="a 503")
    before = until(lambda: scrape(world, live.app), what="the measurement")

    for _ in range(5):
        assert live.get()[0] == 503

    def counted() -> bool:
        told = scrape(world, live.app)
        return told["fairway_service_refused_total"] - before["fairway_service_refused_total"] >= 5

    until(counted, patience=10, what="the refused requests in /metrics")
    assert scrape(world, live.app)["fairway_service_errors_total"] == before["fairway_service_errors_total"]

"""How fast scaling follows: a step in traffic until enough tasks serve, and 1 to 20 tasks against 20 by hand.

The step: from 5 requests a second to 90, for a target of 20 a task, so that 5 tasks are enough. The floor is what the
datapoints ask for, 3 periods of one second. A step in the middle of a second may be seen in that second already, and
one at its end only in the next, so single decisions come after 2 to 4 s. What comes after is the start of the tasks.

1 to 20: `fairway scale web=20` from the call until 20 tasks take requests, against `docker run` of 20 containers of the
same image, one after the other and all at once, until each answers.
"""

import asyncio
import json
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fairway.cli.demo.load import RequestFailed, Shopper
from fairway.cli.demo.sandbox import Sandbox
from sandbox import HOST, answer, docker_program, live, row, run, tasks, until

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 3
DATAPOINTS, PERIOD = 3, 1.0
BEFORE, AFTER, TARGET, ENOUGH = 5.0, 90.0, 20, 5
MANY = 20
SHOPPERS = 10
SCALING = (
    f'scaling = {{ min = 1, max = 8, metric = "requests_per_task", target = {TARGET}, period = "1s", '
    'low_datapoints = 5, cooldown_out = "2s", cooldown_in = "2s" }\ncpu = 0.2\nmemory = "96M"'
)
QUICK = 'health = { path = "/healthz", interval = "500ms", timeout = "2s", retries = 3, start_period = "30s" }'
SLOW = 'health = { path = "/healthz", interval = "2s", timeout = "2s", retries = 3, start_period = "8s" }'


class Server:
    """The sandbox's API, asked without the start of a command in between."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._token = (sandbox.home / "token").read_text().strip()
        self._url = f"http://127.0.0.1:{sandbox.environ['FAIRWAY_PORT']}/api/v1/apps/shop-api"

    def ask(self, path: str = "", body: dict[str, Any] | None = None) -> Any:
        """The document at a path."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self._url + path, data, headers), timeout=30) as response:
            return json.load(response)

    def serving(self) -> int:
        """How many tasks of web are healthy, once no other runs; they take requests then."""
        (environment,) = self.ask()["environments"]
        (web,) = environment["services"]
        return int(web["healthy"])

    def alone(self) -> bool:
        """Whether one task is left, and nothing under way."""
        (environment,) = self.ask()["environments"]
        (web,) = environment["services"]
        return (web["desired"], web["running"], web["healthy"]) == (1, 1, 1)


class Paced:
    """`rate` requests a second over SHOPPERS connections."""

    def __init__(self, port: int) -> None:
        self.port, self.rate, self.sent, self.failed = port, BEFORE, 0, 0

    async def shop(self) -> None:
        """One connection's share."""
        shopper, due = Shopper(self.port, HOST), time.monotonic()
        while self.rate:
            due = max(due + SHOPPERS / self.rate, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            self.sent += 1
            try:
                status, _ = await shopper.request("GET", "/")
                self.failed += status != 200
            except RequestFailed:
                self.failed += 1
        shopper.close()


async def measure_step(sandbox: Sandbox, server: Server) -> tuple[list[float], list[float], Paced]:
    """Seconds from each step to the decision, and until ENOUGH tasks serve."""
    decided: list[float] = []
    served: list[float] = []
    load = Paced(sandbox.apps_port)
    async with asyncio.TaskGroup() as group:
        for _ in range(SHOPPERS):
            group.create_task(load.shop())
        for _ in range(ROUNDS):
            await asyncio.to_thread(until, server.alone, every=0.1)
            await asyncio.sleep(4)  # the cool-down of the round before, and a few quiet datapoints
            step, load.rate = time.time(), AFTER
            await asyncio.to_thread(until, lambda: server.serving() >= ENOUGH, every=0.05)
            served.append(time.time() - step)
            activities = server.ask("/scaling?limit=50")["activities"]
            outs = [each for each in activities if each["at"] > step and each["to"] > each["from"]]
            decided.append(min(each["at"] for each in outs) - step)
            load.rate = BEFORE
        load.rate = 0.0
    return decided, served, load


def measure_many(server: Server) -> float:
    """Seconds from the call for MANY tasks until they are healthy and take requests."""
    started = time.perf_counter()
    server.ask("/scale", {"environment": "production", "services": {"web": MANY}})
    until(lambda: server.serving() >= MANY, patience=180, every=0.05)
    return time.perf_counter() - started


def start_by_hand(program: str, image: str, at_once: int) -> float:
    """Seconds until MANY containers of the image answer, so many `docker run` at a time."""
    limits = ("--cpus", "0.2", "--memory", "96m", "--env", "PORT=3000")
    containers: list[str] = []

    def one(_: int) -> None:
        container = run(program, "run", "--detach", *limits, image)
        containers.append(container)
        address = run(program, "inspect", "--format", "{{.NetworkSettings.IPAddress}}", container)
        until(lambda: answer(f"http://{address}:3000/healthz") is not None, patience=180, every=0.05)

    started = time.perf_counter()
    try:
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(one, range(MANY)))
        return time.perf_counter() - started
    finally:
        run(program, "rm", "--force", *containers)


def main() -> None:
    """Measure and print the lines."""
    program = docker_program()
    with live() as sandbox:
        server = Server(sandbox)
        image = run(program, "inspect", "--format", "{{.Config.Image}}", tasks(program, sandbox)[0])
        sandbox.commit("fairway.toml", SLOW, f'{QUICK}\ncpu = 0.2\nmemory = "96M"', "Check twice a second")
        sandbox.run("git", "push", "--quiet", "fairway", "master")
        ours: list[float] = []
        floor: list[float] = []
        together: list[float] = []
        for _ in range(ROUNDS):
            until(server.alone, patience=180, every=0.2)
            ours.append(measure_many(server))
            server.ask("/scale", {"environment": "production", "services": {"web": 1}})
            until(server.alone, patience=180, every=0.2)
            floor.append(start_by_hand(program, image, 1))
            together.append(start_by_hand(program, image, MANY))
        print(row(f"1 to {MANY} tasks, floor one by one", ours, floor))
        print(row(f"1 to {MANY} tasks, floor all at once", ours, together))

        sandbox.commit("fairway.toml", 'cpu = 0.2\nmemory = "96M"', SCALING, "Scale with the traffic")
        sandbox.commit("fairway.toml", "replicas = 1\n", "", "Leave the number to it")
        sandbox.run("git", "push", "--quiet", "fairway", "master")
        decided, served, load = asyncio.run(measure_step(sandbox, server))
        datapoints = [DATAPOINTS * PERIOD]
        print(row("step in traffic to the decision", decided, datapoints))
        print(row(f"step in traffic to {ENOUGH} tasks serving", served, datapoints))
        print(f"{'requests on the way':<34} {load.sent} sent, {load.failed} failed")


if __name__ == "__main__":
    main()

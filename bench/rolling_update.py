"""A rolling update of four tasks under 64 connections, against `docker service update` of the same images: seconds
until four new tasks run and no old one does, and how many requests failed.

Both check health, Swarm every second by a command in the container, Fairway over HTTP every 2 s as the sample's file
says, and all four new tasks may start before an old one stops. Neither builds anything: Fairway goes back and forth
between two releases, Swarm between their images. `swarm.py` says what stands in front of Swarm.
"""

import asyncio
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import engine_api
import swarm
from fairway.cli.demo.load import Load
from fairway.cli.demo.sandbox import Sandbox
from sandbox import HOST, live, row, run, until

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
TASKS = 4
IMAGES = ("fairway-bench:one", "fairway-bench:two")
CONNECTIONS = 64
CHECK = "require('http').get('http://127.0.0.1:3000/healthz', r => process.exit(r.statusCode === 200 ? 0 : 1))"
HEALTH = ("--health-cmd", f'node -e "{CHECK}"', "--health-interval", "1s", "--health-start-period", "8s")
AT_ONCE = ("--update-order", "start-first", "--update-parallelism", "0", "--update-monitor", "2s")


@dataclass(slots=True)
class Account:
    """The seconds of each round, and the requests of all of them."""

    seconds: list[float] = field(default_factory=list)
    sent: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list)

    def told(self) -> str:
        """`12,345 requests, 0 failed`."""
        return f"{self.sent:,} requests, {self.failed:,} failed" + "".join(f"\n    {each}" for each in self.reasons[:3])


async def measure(load: Load, update: Callable[[], float]) -> Account:
    """Update again and again under the load. The first round warms the page cache."""
    account = Account()
    async with asyncio.TaskGroup() as group:
        group.create_task(load.run())
        for number in range(ROUNDS + 1):
            tally = load.begin()
            seconds = await asyncio.to_thread(update)
            await asyncio.sleep(1)  # what the update still drains belongs to it
            if number:
                account.seconds.append(seconds)
                account.sent += tally.sent
                account.failed += tally.failed
                account.reasons += tally.reasons
        load.stop()
    return account


def replaced(running: Callable[[], Mapping[str, str]], command: list[str], environ: Mapping[str, str]) -> float:
    """Seconds from the command's start until as many others run as ran before, and none of those."""
    before = running().keys()
    started = time.perf_counter()
    process = subprocess.Popen(command, env=dict(environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: len(running()) == TASKS and not running().keys() & before, every=0.03)
    seconds = time.perf_counter() - started
    if process.wait() != 0:
        raise RuntimeError(f"{command} failed")
    return seconds


def update_fairway(sandbox: Sandbox, release: int) -> float:
    """Go to the release."""
    command = [sys.executable, "-m", "fairway", "rollback", str(release), "--yes", "--app", "shop-api"]
    return replaced(lambda: own_tasks(sandbox), command, sandbox.environ)


def own_tasks(sandbox: Sandbox) -> dict[str, str]:
    """The running containers of the sandbox with their images."""
    instance = (sandbox.home / "instance").read_text().strip()
    return {id: str(each["ImageID"]) for id, each in engine_api.containers(f"fairway.instance={instance}").items()}


def update_swarm(there: swarm.Swarm, image: str) -> float:
    """Go to the image."""
    options = ("--no-resolve-image", "--image", image)
    command = ["docker", "--host", there.docker.host, "service", "update", *options, "web"]
    return replaced(there.tasks, command, os.environ)


def main() -> None:
    """Measure both, and print their lines."""
    try:
        ours, theirs = measure_fairway(), measure_swarm()
    finally:
        for image in IMAGES:
            run("docker", "rmi", image)
    print(row(f"rolling update of {TASKS} tasks", ours.seconds, theirs.seconds, against="swarm"))
    print(f"  fairway: {ours.told()}\n  swarm:   {theirs.told()}")


def measure_fairway() -> Account:
    """Two releases, whose images are kept under the names of IMAGES, and back and forth between them."""
    with live(replicas=TASKS) as sandbox:
        keep_image(sandbox, IMAGES[0])
        sandbox.commit("README.md", "# shop-api", "# shop-api again", "A second release")
        sandbox.run("git", "push", "--quiet", "fairway", "master")
        keep_image(sandbox, IMAGES[1])
        releases = itertools.cycle((1, 2))
        load = Load(sandbox.apps_port, HOST, shoppers=CONNECTIONS, store=False)
        return asyncio.run(measure(load, lambda: update_fairway(sandbox, next(releases))))


def measure_swarm() -> Account:
    """The same two images in a swarm."""
    with swarm.running(IMAGES) as there:
        there.create(IMAGES[1], TASKS, *HEALTH, *AT_ONCE)
        images = itertools.cycle(IMAGES)
        load = Load(8080, HOST, shoppers=CONNECTIONS, store=False, address=there.front)
        return asyncio.run(measure(load, lambda: update_swarm(there, next(images))))


def keep_image(sandbox: Sandbox, name: str) -> None:
    """Give the image that the sandbox's tasks run this name."""
    run("docker", "tag", next(iter(own_tasks(sandbox).values())), name)


if __name__ == "__main__":
    main()

"""From one task to twenty: `fairway scale` until all of them serve, against nineteen `docker run` at once until each
answers.

The floor is started with what Fairway gives a task too: its network, its limits of CPU and memory, an init.
"""

import asyncio
import subprocess
import sys
import time

import engine_api
from fairway.adapters.haproxy.runtime import Runtime
from fairway.cli.demo.sandbox import Sandbox
from sandbox import answer, docker_program, live, row, run, tasks, until

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
MANY = 20


def main() -> None:
    """Measure and print one line."""
    ours: list[float] = []
    floor: list[float] = []
    program = docker_program()
    with live() as sandbox:
        for number in range(ROUNDS + 1):
            seconds = measure_scale_out(sandbox)
            sandbox.fairway("scale", "web=1")
            until(lambda: len(tasks(program, sandbox)) == 1)
            by_hand = measure_by_hand(program, tasks(program, sandbox)[0])
            if number:  # the first round warms the page cache for both
                ours.append(seconds)
                floor.append(by_hand)
    print(row(f"1 task to {MANY} serving", ours, floor))


def measure_scale_out(sandbox: Sandbox) -> float:
    """Seconds from the command's start until the load balancer sends requests to all of them."""
    started = time.perf_counter()
    command = subprocess.Popen(
        [sys.executable, "-m", "fairway", "scale", f"web={MANY}"],
        cwd=sandbox.repository,
        env=dict(sandbox.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: serving(sandbox) == MANY, every=0.03)
    seconds = time.perf_counter() - started
    if command.wait() != 0:
        raise RuntimeError("fairway scale failed")
    return seconds


def serving(sandbox: Sandbox) -> int:
    """How many tasks the load balancer sends requests to."""

    async def count() -> int:
        runtime = Runtime(directory=sandbox.home / "haproxy")
        return sum(server.admin == 0 for server in await runtime.servers(await runtime.worker()))

    return asyncio.run(count())


def measure_by_hand(program: str, like: str) -> float:
    """Seconds from the first `docker run` until each container has answered, all of them started at once."""
    image, network = run(program, "inspect", "--format", "{{.Config.Image}} {{.HostConfig.NetworkMode}}", like).split()
    limits = ("--init", "--cpus", "1", "--memory", "512m", "--network", network, "--env", "PORT=3000")
    command = [program, "run", "--detach", *limits, image]
    started = time.perf_counter()
    starts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(MANY - 1)]
    containers = [start.communicate()[0].strip() for start in starts]
    for container in containers:
        url = f"http://{engine_api.address(container)}:3000/"
        until(lambda url=url: answer(url) is not None)  # type: ignore[misc]
    seconds = time.perf_counter() - started
    run(program, "rm", "--force", *containers)
    return seconds


if __name__ == "__main__":
    main()

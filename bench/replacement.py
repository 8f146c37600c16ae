"""A task killed with SIGKILL until its replacement serves, against three others: `docker wait` and then `docker run` by
hand, Docker's restart policy, and Docker Swarm.

Whatever it is that runs there, its first process gets the SIGKILL, and all are started alike (a network, limits, an
init). Fairway's replacement has to answer through the load balancer. The others are asked themselves, so the time until
a load balancer would know of them is not in theirs. The restart policy starts the same container again, which spares it
the making of another; Swarm is told not to pause before it restarts (5 s otherwise), and has no health check to await.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable

import engine_api
import swarm
from sandbox import HOST, answer, docker_program, live, row, run, tasks, until

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 7
IMAGE = "fairway-bench:replacement"
ALIKE = ("--init", "--cpus", "1", "--memory", "512m", "--env", "PORT=3000")
STEADY = 10.0
"""Seconds after which Docker's restart policy begins anew with its shortest pause."""


def main() -> None:
    """Measure and print one line for each of the others."""
    program = docker_program()
    ours, by_hand = [], []
    with live() as sandbox:
        for _ in range(ROUNDS + 1):
            container = tasks(program, sandbox)[0]
            what = "{{.Config.Image}} {{.HostConfig.NetworkMode}}"
            image, network = run(program, "inspect", "--format", what, container).split()
            ours.append(measure_replacement(container, sandbox.apps_port))
            by_hand.append(measure_by_hand(program, image, network))
            until(lambda: len(tasks(program, sandbox)) == 1)
        run(program, "tag", image, IMAGE)
    try:
        restarts = [*measure_restarts(program)]
        with swarm.running([IMAGE]) as there:
            theirs = [*measure_swarm(there)]
    finally:
        run(program, "rmi", IMAGE)
    # The first round warms the page cache for all.
    print(row("SIGKILL to replacement serving", ours[1:], by_hand[1:], against="by hand"))
    print(row("", ours[1:], restarts[1:], against="restart policy"))
    print(row("", ours[1:], theirs[1:], against="swarm"))


def measure_replacement(container: str, port: int) -> float:
    """Seconds from the SIGKILL to the first good answer through the load balancer, there being one task only."""
    started = kill(container)
    until(lambda: answer(f"http://127.0.0.1:{port}/", HOST) is not None)
    return time.perf_counter() - started


def measure_by_hand(program: str, image: str, network: str) -> float:
    """Seconds from the SIGKILL over the end of `docker wait` to the first good answer of another container."""
    command = (program, "run", "--detach", "--network", network, *ALIKE, image)
    before = run(*command)
    until(lambda: serves(before))
    wait = subprocess.Popen([program, "wait", before], stdout=subprocess.DEVNULL)
    time.sleep(0.5)  # for it to be asked
    started = kill(before)
    wait.wait()
    container = run(*command)
    until(lambda: serves(container))
    seconds = time.perf_counter() - started
    run(program, "rm", "--force", before, container)
    return seconds


def measure_restarts(program: str) -> Iterable[float]:
    """Seconds until the same container answers again, whom Docker restarts."""
    container = run(program, "run", "--detach", "--restart", "always", *ALIKE, IMAGE)
    try:
        for _ in range(ROUNDS + 1):
            until(lambda: serves(container))
            time.sleep(STEADY)
            before = engine_api.process(container)
            started = kill(container)
            until(lambda before=before: engine_api.process(container) not in (0, before))  # type: ignore[misc]
            until(lambda: serves(container))
            yield time.perf_counter() - started
    finally:
        run(program, "rm", "--force", container)


def measure_swarm(there: swarm.Swarm) -> Iterable[float]:
    """Seconds until another container of the service answers."""
    there.create(IMAGE, 1, "--restart-delay", "0s")
    with swarm.asked(there.docker.host):
        for _ in range(ROUNDS + 1):
            (before,) = there.tasks()
            until(lambda before=before: serves(before, swarm.GATEWAY))  # type: ignore[misc]
            started = kill(before)
            until(lambda before=before: replaced(there, before))  # type: ignore[misc]
            yield time.perf_counter() - started
            until(lambda: len(there.tasks()) == 1)


def replaced(there: swarm.Swarm, before: str) -> bool:
    """Whether another container than this one answers."""
    return any(serves(each, swarm.GATEWAY) for each in there.tasks().keys() - {before})


def kill(container: str) -> float:
    """SIGKILL to its first process; when that was."""
    os.kill(engine_api.process(container), 9)
    return time.perf_counter()


def serves(container: str, network: str = "") -> bool:
    """Whether it has an address and answers there."""
    address = engine_api.address(container, network)
    return bool(address) and answer(f"http://{address}:3000/") is not None


if __name__ == "__main__":
    main()

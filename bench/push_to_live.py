"""Push to live for a code-only change, against the same steps by hand: docker build with a warm cache, docker push,
docker run, first good answer. Both build the same Dockerfile of the same repository; rounds alternate.

Two floors: `docker run` as short as it can be written, and with what Fairway gives every task (a network of the app's
own, limits, an init), which costs Docker itself some 50 ms."""

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fairway.cli.demo.sandbox import Sandbox
from sandbox import HOST, answer, docker_program, live, plain_registry, row, run, until

ALIKE = ["--cpus", "1", "--memory", "512m", "--memory-swap", "512m", "--init", "--pids-limit", "4096"]
ADDRESS = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 7


def main() -> None:
    """Measure and print one line."""
    ours: list[float] = []
    floor: list[float] = []
    alike: list[float] = []
    program = docker_program()
    with live() as sandbox, plain_registry() as registry, own_network(program) as network:
        sandbox.fairway("init", "--dockerfile", "--yes")
        sandbox.run("git", "add", "--all")
        sandbox.run("git", "commit", "--quiet", "--message", "Add the Dockerfile")
        sandbox.run("git", "push", "fairway", "master")
        url = f"http://127.0.0.1:{sandbox.apps_port}/"
        greeting = "Welcome to the shop"
        for number in range(ROUNDS + 1):
            previous, greeting = greeting, f"Round {number} by fairway"
            sandbox.commit("src/greeting.js", previous, greeting, f"Round {number}")
            seconds = measure_push(sandbox, url, greeting)
            by_hand = []
            for way, options in (("by hand", []), ("by hand, alike", ["--network", network, *ALIKE])):
                previous, greeting = greeting, f"Round {number} {way}"
                sandbox.commit("src/greeting.js", previous, greeting, f"Round {number}, {way}")
                image = f"{registry}/bench"
                by_hand.append(measure_by_hand(program, sandbox.repository, image, greeting, options))
            if number:  # the first round warms the caches
                ours.append(seconds)
                floor.append(by_hand[0])
                alike.append(by_hand[1])
        print(stages(sandbox.ask("executions")["executions"][:ROUNDS]))
    print(row("push to live", ours, floor))
    print(row("push to live, tasks alike", ours, alike))


def measure_push(sandbox: Sandbox, url: str, greeting: str) -> float:
    """Seconds from `git push` to the first answer of the new release, through the load balancer.

    Nobody asks before the push says that its image is in the registry, as by hand nobody asks before `docker run`:
    asking all the while loads the old task, HAProxy and this process with a quarter of a push's CPU time.
    """
    started = time.perf_counter()
    push = subprocess.Popen(
        ["git", "push", "fairway", "master"],
        cwd=sandbox.repository,
        env=dict(sandbox.environ),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert push.stderr is not None
    for line in push.stderr:
        if line.startswith("remote:   package"):
            break
    until(lambda: greeting.encode() in (answer(url, HOST) or b""))
    seconds = time.perf_counter() - started
    push.communicate()
    return seconds


def stages(executions: list[dict[str, Any]]) -> str:
    """The median of each stage, to see where the time goes."""
    spent: dict[str, list[float]] = {}
    for execution in executions:
        for stage in execution["stages"]:
            spent.setdefault(stage["name"], []).append(stage["ended_at"] - stage["started_at"])
    return "  ".join(f"{name} {statistics.median(times):.2f} s" for name, times in spent.items())


@contextlib.contextmanager
def own_network(program: str) -> Iterator[str]:
    """A bridge network, as each environment has one."""
    name = f"fairway-bench-{os.getpid()}"
    run(program, "network", "create", name)
    try:
        yield name
    finally:
        run(program, "network", "rm", name)


def measure_by_hand(program: str, repository: Path, registry: str, greeting: str, options: Sequence[str]) -> float:
    """Seconds for build, push, run with the options, and the first good answer with docker's own command."""
    environ = {**os.environ, "DOCKER_BUILDKIT": "1"}
    image = f"{registry}:hand"
    started = time.perf_counter()
    run(program, "build", "--quiet", "--tag", image, ".", cwd=repository, environ=environ)
    run(program, "push", "--quiet", image)
    container = run(program, "run", "--detach", "--env", "PORT=3000", *options, image)
    address = run(program, "inspect", "--format", ADDRESS, container)
    until(lambda: greeting.encode() in (answer(f"http://{address}:3000/") or b""))
    seconds = time.perf_counter() - started
    run(program, "rm", "--force", container)
    return seconds


if __name__ == "__main__":
    main()

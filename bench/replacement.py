"""A task killed with SIGKILL until its replacement serves, against `docker run` to first good answer of its image."""

import sys
import time

from sandbox import HOST, answer, docker_program, live, row, run, tasks, until

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 7


def main() -> None:
    """Measure and print one line."""
    ours: list[float] = []
    floor: list[float] = []
    program = docker_program()
    with live() as sandbox:
        for number in range(ROUNDS + 1):
            containers = tasks(program, sandbox)
            image = run(program, "inspect", "--format", "{{.Config.Image}}", containers[0])
            seconds = measure_replacement(program, containers[0], sandbox.apps_port)
            by_hand = measure_by_hand(program, image)
            if number:  # the first round warms the page cache for both
                ours.append(seconds)
                floor.append(by_hand)
            until(lambda: len(tasks(program, sandbox)) == 1)
    print(row("SIGKILL to replacement serving", ours, floor))


def measure_replacement(program: str, container: str, port: int) -> float:
    """Seconds from the process's end to the first good answer through the load balancer, there being one task only."""
    run(program, "kill", "--signal", "KILL", container)
    started = time.perf_counter()
    until(lambda: answer(f"http://127.0.0.1:{port}/", HOST) is not None)
    return time.perf_counter() - started


def measure_by_hand(program: str, image: str) -> float:
    """Seconds from `docker run` to the first good answer of the container itself."""
    started = time.perf_counter()
    container = run(program, "run", "--detach", "--env", "PORT=3000", image)
    address = run(program, "inspect", "--format", "{{.NetworkSettings.IPAddress}}", container)
    until(lambda: answer(f"http://{address}:3000/") is not None)
    seconds = time.perf_counter() - started
    run(program, "rm", "--force", container)
    return seconds


if __name__ == "__main__":
    main()

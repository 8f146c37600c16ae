"""Deploy, rollback, scale-in and a SIGKILL under 64 concurrent connections: requests sent and requests failed."""

import asyncio
import sys

from fairway.cli.demo.load import Load, Tally
from fairway.cli.demo.sandbox import Sandbox
from sandbox import docker_program, live, tasks

REQUESTS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
CONNECTIONS = 64
HOST = "shop-api-production.localhost"


async def measure(sandbox: Sandbox) -> bool:
    """Go through the events in turn until enough requests are sent; True when none failed."""
    load = Load(sandbox.apps_port, HOST, shoppers=CONNECTIONS, store=False)
    totals: dict[str, Tally] = {}
    program = docker_program()

    async def event(name: str, *command: str) -> None:
        tally = load.begin()
        await asyncio.to_thread(sandbox.run, *command)
        await asyncio.sleep(3)  # what the event still drains belongs to it
        total = totals.setdefault(name, Tally())
        total.sent += tally.sent
        total.failed += tally.failed
        total.reasons += tally.reasons

    async with asyncio.TaskGroup() as group:
        group.create_task(load.run())
        number = 0
        while sum(tally.sent for tally in totals.values()) < REQUESTS:
            number += 1
            sandbox.commit("README.md", "# shop-api", f"# shop-api {number}\n", f"Round {number}")
            await event("deploy", "git", "push", "--quiet", "fairway", "master")
            await event("rollback", sys.executable, "-m", "fairway", "rollback", "--yes")
            await event("scale-out", sys.executable, "-m", "fairway", "scale", "web=4")
            await event("scale-in", sys.executable, "-m", "fairway", "scale", "web=2")
            victim = tasks(program, sandbox)[0]
            await event("SIGKILL of a task", program, "kill", "--signal", "KILL", victim)
        load.stop()
    for name, tally in totals.items():
        print(f"{name:<20} {tally.sent:>8} requests, {tally.failed} failed  {'; '.join(tally.reasons[:3])}")
    sent, failed = sum(t.sent for t in totals.values()), sum(t.failed for t in totals.values())
    print(f"{'all':<20} {sent:>8} requests, {failed} failed, {CONNECTIONS} connections")
    return failed == 0


if __name__ == "__main__":
    with live(replicas=2) as world:
        sys.exit(0 if asyncio.run(measure(world)) else 1)

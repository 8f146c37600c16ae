"""Having HAProxy read its configuration anew, as it must where it can't be told what is another: a new worker takes the
connections that come, and the one before goes on with those that it has."""

import asyncio
import os
import signal
from shutil import which

from fairway.adapters.haproxy import config
from fairway.adapters.haproxy.files import CONFIG
from fairway.adapters.haproxy.runtime import Runtime
from fairway.adapters.process import start
from fairway.adapters.process.supervisor import Supervisor
from fairway.errors import Unavailable

PATIENCE = 10.0
"""Seconds that a new worker has to answer."""


async def reload(runtime: Runtime, supervisor: Supervisor) -> None:
    """Have a new worker read the configuration, and wait for it. Raises Unavailable with HAProxy's complaint."""
    before = await runtime.processes()
    pid = supervisor.find()
    if pid is None:
        raise Unavailable("the load balancer does not run", why="HAProxy has ended", hint="fairway server status")
    os.kill(pid, signal.SIGUSR2)
    give_up = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < give_up:
        if await is_ready(runtime, since=before.reloads, other_than=before.worker):
            return
        await asyncio.sleep(0.02)
    why = await complaint(runtime, supervisor.component.command[0])
    raise Unavailable("the load balancer did not take its new configuration", why=why)


async def is_ready(runtime: Runtime, since: str = "", other_than: int | None = None) -> bool:
    """Whether a worker (another one) answers."""
    try:
        processes = await runtime.processes()
        if processes.worker is None or processes.worker == other_than or processes.reloads == since:
            return False
        return config.slot_name(0) in await runtime.backends(processes.worker)
    except Unavailable:
        return False


async def complaint(runtime: Runtime, program: str) -> str:
    """What HAProxy itself says of the configuration on disk."""
    found = which(program, path=start.search_path()) or "haproxy"
    check = await asyncio.create_subprocess_exec(
        found, "-c", "-C", str(runtime.directory), "-f", CONFIG, stdout=-1, stderr=-2
    )
    output, _ = await check.communicate()
    lines = [line for line in output.decode(errors="replace").splitlines() if "ALERT" in line]
    nothing = f"HAProxy finds nothing wrong with it, and yet no new worker came up in {PATIENCE:.0f} s"
    return " / ".join(lines) or nothing

"""AWS's session-manager plugin: the program that speaks to the agent inside a task, for `aws ecs execute-command` too.

It takes six arguments, and the session with its token by the name of a variable of its environment: arguments are
everybody's to read. Versions up to 1.2.497.0 knew no such variable, so they are not run. The plugin always ends with 0,
whatever became of the command (session-manager-plugin#59).
"""

import asyncio
import contextlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from fairway.errors import Unavailable
from fairway.ports.host import Check, CheckState

NAME = "session-manager-plugin"
CHECK = "ECS Exec"
"""What `fairway doctor` calls it: the thing that is lacking without it."""
VARIABLE = "AWS_SSM_START_SESSION_RESPONSE"
TOO_OLD = (1, 2, 497, 0)
"""The last version that took the token as an argument."""
VERSION = re.compile(rb"\d+(?:\.\d+){1,3}")
PATIENCE = 10.0
"""Seconds that it may take to say its version."""
KEPT = ("PATH", "HOME", "LANG", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""What it gets of this process's environment, beside AWS's own variables. The server's secrets are none of them."""
INSTALL = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
)


async def find(host: str) -> str:
    """Its path. Raises Unavailable when this host (called `host`) has none, or one that would show the token to all."""
    path = shutil.which(NAME)
    if path is None:
        raise Unavailable(
            f"{NAME} is not on {host}",
            why="sessions in tasks on ECS speak a protocol of AWS's own, and this is its program for it",
            hint=f"install it there, and try again: {INSTALL}",
        )
    await version_of(path, host)
    return path


async def version_of(path: str, host: str) -> str:
    """The version that is at `path`, one that may be run. Raises Unavailable as `find` does."""
    version = await ask(path)
    if numbers(version) <= TOO_OLD:
        raise Unavailable(
            f"{NAME} {version or 'of an unknown version'} is too old",
            why=f"it would take the session's token as an argument, which everybody on {host} can read",
            hint=f"install a newer one there: {INSTALL}",
        )
    return version


async def examine(host: str) -> Check:
    """Whether `fairway exec` could begin a session from here. Without it everything else goes on, so it is no need."""
    try:
        version = await version_of(await find(host), host)
    except Unavailable as error:
        state = CheckState.BROKEN if shutil.which(NAME) else CheckState.MISSING
        return Check(name=CHECK, state=state, seen=f"{error.what}: {error.why}", fix=error.hint, needed=False)
    return Check(name=CHECK, state=CheckState.OK, seen=f"{NAME} {version}")


async def ask(path: str) -> str:
    """The version that it says, "" when it says none. Raises Unavailable when it can't be started."""
    try:
        process = await asyncio.create_subprocess_exec(
            path,
            "--version",
            env=environment(os.environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise broken(path, error) from error
    output = b""
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found = VERSION.search(output)
    return found[0].decode() if found else ""


def numbers(version: str) -> tuple[int, ...]:
    """`1.2.707.0` as numbers that can be compared; "" comes before all."""
    return tuple(int(part) for part in version.split(".") if part)


def broken(path: str, error: OSError) -> Unavailable:
    """It is there, and can't be run."""
    return Unavailable(f"{path} can't be started", why=error.strerror or str(error), hint=f"install it anew: {INSTALL}")


def arguments(path: str, *, region: str, profile: str, target: str, endpoint: str) -> Sequence[str]:
    """The command line. `target` is `ecs:CLUSTER_TASK_RUNTIME`; `endpoint` is Systems Manager's, where the plugin picks
    up a connection that broke off."""
    return [path, VARIABLE, region, "StartSession", profile, json.dumps({"Target": target}), endpoint]


def environment(own: Mapping[str, str], session: Mapping[str, Any] | None = None) -> Mapping[str, str]:
    """What it gets of the process's `own` environment, with the session that ExecuteCommand has answered."""
    kept = {name: value for name, value in own.items() if name.startswith("AWS_") or name.upper() in KEPT}
    kept.pop(VARIABLE, None)
    if session is None:
        return kept
    named = {"SessionId": "sessionId", "StreamUrl": "streamUrl", "TokenValue": "tokenValue"}
    return {**kept, VARIABLE: json.dumps({name: session[key] for name, key in named.items()})}

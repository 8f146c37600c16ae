"""Running squawk: a list of arguments, nothing of this process's environment, a time-out, and no more output than can
be read."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from fairway.errors import Unavailable

TIMEOUT = 30.0
"""Seconds for one migration: it reads a megabyte in well under one."""
NO_VIOLATION, VIOLATIONS = 0, 1


def installed() -> Path:
    """The program that came with the package `squawk-cli`, beside this Python or on PATH."""
    beside = Path(sys.executable).parent / "squawk"
    found = str(beside) if beside.is_file() else shutil.which("squawk")
    return Path(found) if found else beside


async def run(program: Path, arguments: Sequence[str], sql: str, *, timeout: float = TIMEOUT) -> bytes:
    """What it prints about the SQL. Raises Unavailable when it is not there, breaks off, or takes too long."""
    try:
        process = await asyncio.create_subprocess_exec(
            str(program),
            *arguments,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        hint = "pip install squawk-cli"
        raise Unavailable("squawk can't be started", why=f"{program}: {error.strerror}", hint=hint) from error
    try:
        async with asyncio.timeout(timeout):
            output, complaint = await process.communicate(sql.encode("utf-8", "replace"))
    except TimeoutError as error:
        raise Unavailable(f"squawk did not answer within {timeout:.0f} s") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode not in (NO_VIOLATION, VIOLATIONS) or (
        process.returncode == VIOLATIONS and not output.strip()
    ):
        raise Unavailable(f"squawk broke off with status {process.returncode}", why=first_line(complaint))
    return output


def first_line(complaint: bytes) -> str:
    """Of what it complained about."""
    lines = [line.strip() for line in complaint.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[0][:300] if lines else "it said nothing"

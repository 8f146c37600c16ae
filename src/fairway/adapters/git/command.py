"""Running git: the one place where its processes are started.

Arguments are lists, nothing of the user's or the system's configuration is read, no prompt is ever shown, and a call
that is cancelled takes its processes with it. What comes out is bytes: paths and messages need not be UTF-8.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fairway.errors import Unavailable

INHERITED = ("PATH", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO")
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "all_proxy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a git process left: its exit status, output, and what it complained about."""

    status: int
    output: bytes
    complaint: str

    @property
    def ok(self) -> bool:
        """Whether it ended with 0."""
        return self.status == 0


def environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The whole environment of a git process: `home` holds no configuration of anybody."""
    kept = {name: value for name in (*INHERITED, *PROXIES) if (value := os.environ.get(name)) is not None}
    return {
        **kept,
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "LC_ALL": "C.UTF-8",
        **(extra or {}),
    }


async def run(
    arguments: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    umask: int = -1,
    data: bytes | None = None,
) -> Result:
    """Run `git ARGUMENTS` to its end, with `data` on its standard input; `umask` -1 is this process's own. Raises
    Unavailable without git on this host."""
    command = ("git", *map(str, arguments))
    async with _started(command, env=env, cwd=cwd, umask=umask, asked=data is not None) as process:
        output, complaint = await process.communicate(data)
    status = process.returncode if process.returncode is not None else -1
    return Result(status=status, output=output, complaint=complaint.decode("utf-8", "replace").strip())


@asynccontextmanager
async def _started(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path, umask: int, asked: bool
) -> AsyncIterator[asyncio.subprocess.Process]:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=dict(env),
            cwd=cwd,
            umask=umask,
            stdin=asyncio.subprocess.PIPE if asked else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise _missing(error) from error
    try:
        yield process
    finally:
        if process.returncode is None:
            # With all that git has started: its own end would not end an ssh that waits for an answer.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def _missing(error: FileNotFoundError) -> Unavailable:
    return Unavailable("git could not be started", why=str(error), hint="apt-get install git    fairway doctor --fix")

"""How the server hears of the end of the processes that it starts."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.lengthy

PROGRAM = """
import asyncio, threading
from fairway.server import running

async def main():
    process = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
    print([each.name for each in threading.enumerate() if "waitpid" in each.name])
    print(await process.communicate(b"ahoy"), process.returncode)

running.await_processes_by_descriptor()
asyncio.run(main())
"""


def test_no_thread_waits_for_a_process() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["[]", "(b'ahoy', None) 0"]
    assert done.stderr == ""

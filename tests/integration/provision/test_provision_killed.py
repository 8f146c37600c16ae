"""`fairway aws` as processes against a server over HTTP: killed with SIGKILL while it works, the next call goes on."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from support import aws_repository

TESTS = Path(__file__).parents[2]
SOURCE = TESTS.parent / "src"
PATIENCE = 120.0
APP = aws_repository.MANIFEST.replace("[environments.production]", "[environments.production]\naws.protected = false")


@pytest.fixture
def address() -> Iterator[str]:
    """Where the cloud is."""
    environ = {**os.environ, "PYTHONPATH": f"{SOURCE}:{TESTS}"}
    with subprocess.Popen(
        [sys.executable, "-c", "from support import cloud_server; cloud_server.serve()"],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.stdin.close()
        server.wait()


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """The repository."""
    made = aws_repository.make(tmp_path / "shop", manifest=APP)
    aws_repository.write_env(made)
    return made


class Caller:
    """Calls `fairway aws` in a repository, with credentials that are nobody's."""

    def __init__(self, top: Path, address: str) -> None:
        self.top = top
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(top.parent),
            "PYTHONPATH": str(SOURCE),
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "nobodys",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """The command, begun."""
        return subprocess.Popen(
            [sys.executable, "-m", "fairway", "aws", *arguments],
            cwd=self.top,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, *arguments: str) -> tuple[int, str, str]:
        """The command, to its end: status, standard output, standard error."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    def kill_at(self, line: str, *arguments: str) -> Sequence[str]:
        """The command, killed as soon as it says a line that begins so; what it had said. All of it when it never
        does."""
        said: list[str] = []
        with self.start(*arguments) as process:
            assert process.stderr is not None
            deadline = time.monotonic() + PATIENCE
            for text in process.stderr:
                said.append(text.rstrip("\n"))
                if text.startswith(line):
                    process.kill()
                    break
                assert time.monotonic() < deadline
        return said


@pytest.mark.exhaustive
def test_a_command_that_is_killed_anywhere_is_gone_on_with_by_the_next(top: Path, address: str) -> None:
    caller = Caller(top, address)

    for line in ("shop on AWS", "Making fairway-shop-network", "✓ fairway-shop-registry", "Note   production"):
        said = caller.kill_at(line, "up", "--yes")
        assert said[-1].startswith(line), said
    status, out, err = caller.call("up", "--yes", "--json")

    assert status == 0, err
    document = json.loads(out)
    assert set(document["stacks"].values()) <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    assert aws_repository.SECRET not in out + err


def test_made_planned_shown_and_taken_down(top: Path, address: str) -> None:
    caller = Caller(top, address)

    refused = caller.call("up")
    made = caller.call("up", "--yes")
    planned = caller.call("plan", "--json")
    status = caller.call("status", "--json")
    down = caller.call("down", "--delete-data", "shop", "--json")
    gone = caller.call("status", "--json")

    assert refused[0] == 2
    assert "--yes" in refused[2]
    assert made[0] == 0, made[2]
    assert all(stack["changes"] == [] for stack in json.loads(planned[1])["stacks"])
    assert {each["status"] for each in json.loads(status[1])["stacks"]} == {"CREATE_COMPLETE"}
    # moto says of the VPC that it still has dependencies, and names none: that is as far as it goes.
    assert down[0] == 0 or "The vpc" in down[2], down[2]
    assert {each["name"] for each in json.loads(gone[1])["stacks"]} <= {"fairway-shop-network"}

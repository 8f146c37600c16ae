"""`fairway aws exec` in an app's stacks on moto, with a stand-in of AWS's agent and plugin (`support.ecs_exec`)."""

import os
import pty
import signal
import sys
import termios
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from fairway.cli.commands import aws_exec
from fairway.errors import NotFound, UsageError
from support import aws_repository, ecs_exec
from support.ecs_exec import Agents
from support.ecs_room import EcsRoom, open_room
from support.world import until

CLUSTER = "fairway-shop-production"
ROLE = "arn:aws:iam::123456789012:role/tasks"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """An app in its stacks, with two tasks of `web`."""

    room: EcsRoom
    agents: Agents
    monkeypatch: pytest.MonkeyPatch

    @property
    def tasks(self) -> list[str]:
        return [each.id for each in self.room.scheduler.live("web")]

    def run(self, *arguments: str, typed: bytes = b"") -> int:
        """The command's exit status, with that on its standard input."""
        there, here = os.pipe()
        os.write(here, typed)
        os.close(here)
        return self.run_on(there, *arguments)

    def run_on(self, end: int, *arguments: str) -> int:
        with os.fdopen(end) as keys:
            self.monkeypatch.setattr(sys, "stdin", keys)
            status: int = aws_exec.execute.main(list(arguments), standalone_mode=False)
        return status


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.chdir(aws_repository.make(tmp_path / "shop"))
    with (
        open_room() as room,
        room.scheduler.everywhere(),
        ecs_exec.everywhere(room.scheduler, tmp_path) as agents,
    ):
        client: Any = room.session.client("ecs")
        room.scheduler.backend.create_cluster(CLUSTER)
        container = {"name": "web", "image": "shop", "memory": 256}
        client.register_task_definition(family=f"{CLUSTER}-web", taskRoleArn=ROLE, containerDefinitions=[container])
        client.create_service(
            cluster=CLUSTER,
            serviceName="web",
            taskDefinition=f"{CLUSTER}-web",
            desiredCount=2,
            enableExecuteCommand=True,
        )
        room.scheduler.turn(2)
        yield World(room=room, agents=agents, monkeypatch=monkeypatch)


def test_a_command_has_its_input_its_output_and_its_exit_status(
    world: World, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    status = world.run("--", "sh", "-c", "tr a-z A-Z; exit 7", typed=b"coupons\n")

    assert (status, capsysbinary.readouterr().out) == (7, b"COUPONS\n")


def test_a_shell_on_a_terminal_is_typed_to(world: World, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    ours, theirs = pty.openpty()

    def type_when_raw() -> None:
        """What is typed earlier is thrown away."""
        while termios.tcgetattr(ours)[3] & termios.ICANON:
            time.sleep(0.02)
        os.write(ours, b"echo $GREETING; exit 5\r")

    typist = threading.Thread(target=type_when_raw, daemon=True)
    typist.start()

    status = world.run_on(theirs, "-t", "--", "sh")
    typist.join()
    os.close(ours)

    assert status == 5
    assert b"hello\r\n" in capsysbinary.readouterr().out


def test_ctrl_c_ends_the_command_with_its_session(world: World) -> None:
    nap = f"88{os.getpid()}"

    def interrupt() -> None:
        while f"\nsleep {nap}" not in ecs_exec.processes():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    person = threading.Thread(target=interrupt, daemon=True)
    person.start()

    with pytest.raises(click.Abort):
        world.run("--", "sleep", nap)

    person.join()
    assert world.agents.sessions[0].terminated
    until(lambda: nap not in ecs_exec.processes(), what="the command's end")


def test_the_task_can_be_named(world: World) -> None:
    second = world.tasks[1]

    assert world.run("--task", second, "--", "true") == 0
    with pytest.raises(NotFound, match="web of production has no running task feed") as caught:
        world.run("--task", "feed", "--", "true")
    assert second in caught.value.hint


def test_what_is_not_there_is_told_by_name(world: World) -> None:
    with pytest.raises(NotFound, match='production has no service "wbe"'):
        world.run("--service", "wbe", "--", "true")
    with pytest.raises(NotFound, match='shop has no environment "prod"'):
        world.run("-e", "prod", "--", "true")


def test_another_account_is_not_gone_into(world: World) -> None:
    manifest = aws_repository.MANIFEST.replace("[aws]", '[aws]\naccount = "999999999999"')
    Path("fairway.toml").write_text(manifest)

    with pytest.raises(UsageError, match="these credentials are for the account 123456789012"):
        world.run("--", "true")

    assert world.agents.sessions == []


def test_an_app_that_is_not_on_aws_has_no_task(world: World) -> None:
    world.room.session.client("ecs").delete_service(cluster=CLUSTER, service="web", force=True)
    world.room.scheduler.turn(4)

    with pytest.raises(NotFound, match="web of production has no running task on AWS") as caught:
        world.run("--", "true")

    assert caught.value.hint == "fairway aws status"

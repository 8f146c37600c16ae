"""Commands inside running tasks on ECS: what only its shell does, beside `test_shell_contract`."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from fairway.errors import Conflict, FairwayError, NotFound, Unavailable
from support import docker_room, ecs_exec, sessions
from support.ecs_exec import Opened

NAP = f"87{os.getpid()}"


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Opened]:
    async with ecs_exec.open_shell(tmp_path) as opened:
        yield opened


async def refusal_of(made: Opened) -> FairwayError:
    with pytest.raises(FairwayError) as caught:
        await made.shell.start(made.task, ["true"])
    return caught.value


def plugins(made: Opened) -> list[int]:
    """The processes of the plugin for this task."""
    done = subprocess.run(["pgrep", "-f", f"StartSession.*{made.task}"], capture_output=True, text=True)
    return [int(line) for line in done.stdout.split()]


async def test_both_outputs_come_as_one_in_their_order(made: Opened) -> None:
    session = await made.shell.start(made.task, ["sh", "-c", "echo one; echo two >&2; echo three"])

    assert {stream async for stream, _ in session.output()} == {"stdout"}


async def test_nothing_that_the_plugin_says_is_taken_for_the_commands(made: Opened) -> None:
    session = await made.shell.start(made.task, ["printf", "quiet"], tty=True)

    assert b"".join([data async for _, data in session.output()]) == b"quiet"


EVERY = bytes(each for each in range(256) if each != 0x11) * 200
"""Without Ctrl-Q, which would set a terminal going again that Ctrl-S has stopped."""


async def exchange(made: Opened, *command: str) -> bytes:
    """What a command prints that is given every byte there is at once."""
    session = await made.shell.start(made.task, command)
    await session.write(EVERY)
    await session.write(b"")
    return b"".join([data async for _, data in session.output()])


async def test_a_command_that_is_slow_to_read_gets_every_byte(made: Opened) -> None:
    """A terminal that is full looks ahead for Ctrl-S, made plain or not, and stands still then."""
    assert await exchange(made, "sh", "-c", "sleep 0.3; cat") == EVERY


async def test_the_images_shell_may_be_bash(made: Opened, tmp_path: Path) -> None:
    (tmp_path / "sh").symlink_to("/bin/bash")
    made.agents.environment = {**made.agents.environment, "PATH": f"{tmp_path}:{made.agents.environment['PATH']}"}

    assert await exchange(made, "cat") == EVERY

    assert await sessions.interrupted(await made.shell.start(made.task, ["cat"], tty=True)) == 130


async def test_nothing_is_typed_before_the_command_has_begun(made: Opened, tmp_path: Path) -> None:
    """What is typed earlier would be repeated among the words before the command, or be a Ctrl-C to its shell."""
    slow, path = tmp_path / "sh", made.agents.environment["PATH"]
    slow.write_text(f'#!/bin/sh\nsleep 0.3\nPATH={path} exec sh "$@"\n')
    slow.chmod(0o755)
    made.agents.environment = {**made.agents.environment, "PATH": f"{tmp_path}:{path}"}
    session = await made.shell.start(made.task, ["cat"], tty=True)

    await session.write(b"hello\n\x04")

    assert b"".join([data async for _, data in session.output()]) == b"hello\r\nhello\r\n"


async def test_the_token_is_in_no_command_line(made: Opened) -> None:
    session = await made.shell.start(made.task, ["cat"])
    lines = ecs_exec.processes()

    assert f"ecs:fairway_{made.task}_{made.task}-1" in lines
    assert made.agents.sessions[0].token not in lines

    await session.close()


async def test_the_plugin_has_nothing_of_the_servers_environment_but_awss(
    made: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRWAY_TOKEN", "t0p")
    monkeypatch.setenv("AWS_PROFILE_OF_A_TEST", "shop")
    session = await made.shell.start(made.task, ["cat"])

    given = Path(f"/proc/{plugins(made)[0]}/environ").read_bytes()

    assert b"t0p" not in given
    assert b"AWS_PROFILE_OF_A_TEST=shop" in given
    await session.close()


async def test_without_the_plugin_it_says_what_to_install_and_asks_aws_for_nothing(made: Opened) -> None:
    (made.programs / "session-manager-plugin").unlink()

    refusal = await refusal_of(made)

    assert isinstance(refusal, Unavailable)
    assert refusal.what == "session-manager-plugin is not on the server's host"
    assert "session-manager-working-with-install-plugin" in refusal.hint
    assert made.agents.sessions == []


@pytest.mark.parametrize("version", ["1.2.497.0", "1.2.463.0", "none"])
async def test_a_plugin_that_would_show_the_token_is_not_run(made: Opened, version: str) -> None:
    ecs_exec.install(made.programs, version)

    refusal = await refusal_of(made)

    assert isinstance(refusal, Unavailable)
    assert "is too old" in refusal.what
    assert made.agents.sessions == []


async def test_a_plugin_that_cant_be_run_is_named(made: Opened) -> None:
    (made.programs / "session-manager-plugin").write_text("#!/nowhere\n")

    refusal = await refusal_of(made)

    assert isinstance(refusal, Unavailable)
    assert "can't be started" in refusal.what


async def test_tasks_without_a_role_of_their_own_can_run_but_nobody_goes_into_them(tmp_path: Path) -> None:
    async with ecs_exec.open_shell(tmp_path, role=False) as made:
        refusal = await refusal_of(made)

    assert isinstance(refusal, Conflict)
    assert "it has no role of its own" in refusal.why
    assert "task_role in ecs.toml" in refusal.hint
    assert "ssmmessages:CreateControlChannel" in refusal.hint


def never_opened(made: Opened) -> None:
    made.made.open = False


def not_started(made: Opened) -> None:
    made.made.agent = "PENDING"


def stopped(made: Opened) -> None:
    made.made.agent, made.made.agent_reason = "STOPPED", "read-only file system"


def apart(made: Opened) -> None:
    made.agents.refusal = "TargetNotConnectedException", "The execute command failed due to an internal error."


def otherwise(made: Opened) -> None:
    made.agents.refusal = "ClientException", "it is Tuesday"


def ended(made: Opened) -> None:
    made.stop()


@pytest.mark.parametrize(
    ("happens", "kind", "what", "why", "hint"),
    [
        (never_opened, Conflict, "nobody can go into task", "started before its service", "fairway restart"),
        (not_started, Unavailable, "has not started yet", "through it", "try again"),
        (stopped, Unavailable, "has stopped", "read-only file system", "a root file system that can be written"),
        (apart, Unavailable, "no connection to Systems Manager", "role", "ssmmessages"),
        (otherwise, Conflict, "lets no command into task", "it is Tuesday", "fairway restart"),
        (ended, NotFound, "does not run", "STOPPED", "fairway ps"),
    ],
)
async def test_each_thing_that_is_missing_has_its_own_way_out(
    made: Opened, happens: Callable[[Opened], None], kind: type[FairwayError], what: str, why: str, hint: str
) -> None:
    happens(made)

    refusal = await refusal_of(made)

    assert isinstance(refusal, kind)
    assert what in refusal.what
    assert why in refusal.why
    assert hint in refusal.hint
    assert made.agents.sessions == []


async def test_an_image_without_a_shell_is_told_as_such(made: Opened) -> None:
    made.agents.environment = {"PATH": "/nowhere"}
    session = await made.shell.start(made.task, ["true"])

    assert [data async for _, data in session.output()] == []
    with pytest.raises(Conflict, match="the command did not begin") as caught:
        await session.exit_code()

    assert 'exec: "sh": executable file not found' in caught.value.why
    assert "sh, stty and cat" in caught.value.hint


async def test_a_session_that_aws_ends_has_no_exit_code(made: Opened) -> None:
    session = await made.shell.start(made.task, ["sh", "-c", f"echo asleep; sleep {NAP}"])
    printed = b""
    async for _, data in session.output():
        printed += data
        made.agents.sessions[0].close("Your session timed out due to inactivity and has been terminated.")

    assert printed == b"asleep\n"
    with pytest.raises(Unavailable, match="broke off") as caught:
        await session.exit_code()
    assert caught.value.why == "Your session timed out due to inactivity and has been terminated."
    assert "20 minutes" in caught.value.hint


async def asleep_no_more() -> bool:
    """Whether the command has gone: the signal of a terminal that is closed takes a moment to reach it."""
    return f"sleep {NAP}" not in ecs_exec.processes()


async def test_a_plugin_that_is_killed_leaves_no_command_behind(made: Opened) -> None:
    session = await made.shell.start(made.task, ["sh", "-c", f"echo asleep; sleep {NAP}"])
    async for _ in session.output():
        os.kill(plugins(made)[0], signal.SIGKILL)

    with pytest.raises(Unavailable, match="broke off"):
        await session.exit_code()
    assert made.agents.sessions[0].terminated
    await docker_room.until(asleep_no_more)
    assert plugins(made) == []


async def test_a_session_that_nobody_may_terminate_is_left_all_the_same(
    made: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    made.agents.denied = True
    session = await made.shell.start(made.task, ["sleep", NAP])

    await session.close()

    assert plugins(made) == []
    assert "goes on until it is idle" in caplog.text


async def test_a_session_that_has_ended_by_itself_is_not_terminated(made: Opened) -> None:
    session = await made.shell.start(made.task, ["true"])
    async for _ in session.output():
        pass

    assert await session.exit_code() == 0
    assert not made.agents.sessions[0].terminated
    assert plugins(made) == []


HOLDER = """
import asyncio
from fairway.adapters.ecs.terminal import Terminal
async def hold():
    terminal = await Terminal.start(["sleep", "NAP"], {"PATH": "/usr/bin:/bin"})
    await terminal.read()
asyncio.run(hold())
"""


async def test_what_runs_in_a_terminal_ends_with_a_server_that_is_killed() -> None:
    program = HOLDER.replace("NAP", NAP)

    async def runs() -> bool:
        return f"\nsleep {NAP}" in ecs_exec.processes()

    with subprocess.Popen([sys.executable, "-c", program]) as server:
        await docker_room.until(runs)
        server.kill()

    await docker_room.until(asleep_no_more)

"""HAProxy outlives the server, comes back when it dies, and is not mistaken for somebody else's."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest

from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.process import proc
from fairway.domain.ids import AppName, TaskId
from fairway.domain.observed import TargetState
from fairway.errors import Unavailable
from support import web_target
from support.balancers import SHOP, behind
from support.ports import free_port
from support.web_client import ask, load

A, B = TaskId("a" * 12), TaskId("b" * 12)


@pytest.fixture
async def balancer(tmp_path: Path) -> AsyncIterator[HaproxyBalancer]:
    made = HaproxyBalancer(tmp_path / "with spaces ä" / "haproxy", "127.0.0.1", free_port())
    try:
        yield made
    finally:
        await made.stop()


def again(balancer: HaproxyBalancer, port: int | None = None) -> HaproxyBalancer:
    """What the next server makes of the same directory."""
    return HaproxyBalancer(balancer.directory, "127.0.0.1", port or balancer.frame.port)


async def until_serving(balancer: HaproxyBalancer, body: str) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                answer = await ask(balancer.frame.port, "shop.test")
            except ConnectionError:
                answer = None
            if answer and answer.body == body:
                return
            await asyncio.sleep(0.02)


async def test_it_goes_on_serving_when_the_server_leaves_and_the_next_one_adopts_it(balancer: HaproxyBalancer) -> None:
    async with web_target.running(A, port := free_port()):
        async with balancer:
            await balancer.set_route(SHOP)
            await balancer.attach(behind(A, port))
        pid = balancer.state.pid

        assert (await ask(balancer.frame.port, "shop.test")).body == A
        async with again(balancer) as adopted:
            assert adopted.state.pid == pid
            assert list(await adopted.routes()) == [SHOP]
            assert list(await adopted.targets()) == [behind(A, port)]


async def test_what_was_written_and_not_read_any_more_is_read_when_the_next_server_comes(
    balancer: HaproxyBalancer,
) -> None:
    async with balancer:
        grown = balancer.table
        for number in range(grown.slots + 1):
            grown = grown.with_route(replace(SHOP, app=AppName(f"app-{number}"), hosts=(f"app-{number}.test",)))
        # The server dies before it has HAProxy read its configuration again.
        balancer._files.write(balancer.frame, grown)
        before = await balancer.worker()

    async with again(balancer) as following:
        assert await following.worker() != before
        assert {(await ask(balancer.frame.port, f"app-{number}.test")).status for number in (0, 32)} == {503}
        reloaded = await following.worker()
    async with again(balancer) as third:
        assert await third.worker() == reloaded


async def test_it_is_adopted_without_a_pid_file_too(balancer: HaproxyBalancer) -> None:
    async with balancer:
        pid = balancer.state.pid
    (balancer.directory / "haproxy.pid").unlink()

    async with again(balancer) as adopted:
        assert adopted.state.pid == pid


async def test_another_port_is_taken_by_a_new_start_and_lets_the_old_one_go(balancer: HaproxyBalancer) -> None:
    async with balancer:
        await balancer.set_route(SHOP)
    moved = again(balancer, free_port())

    async with moved:
        assert (await ask(moved.frame.port, "shop.test")).status == 503
        with socket.create_server(("127.0.0.1", balancer.frame.port)):
            pass


@pytest.mark.parametrize("adopted", [False, True])
async def test_while_it_is_started_again_connections_wait_instead_of_being_refused(
    balancer: HaproxyBalancer, adopted: bool
) -> None:
    if adopted:
        async with balancer:
            pass
        balancer = again(balancer)
    async with web_target.running(A, port := free_port()), balancer, asyncio.TaskGroup() as group:
        await balancer.set_route(SHOP)
        await balancer.attach(behind(A, port))
        master, worker = balancer.state.pid or 0, await balancer.worker()
        watch = group.create_task(balancer.supervise())
        for pid in (master, worker):
            os.kill(pid, signal.SIGKILL)
            await until_gone(pid)

        answers = [await ask(balancer.frame.port, "shop.test") for _ in range(3)]

        assert [answer.body for answer in answers] == [A] * 3
        watch.cancel()


async def test_when_it_can_not_be_started_again_connections_are_refused(
    balancer: HaproxyBalancer, tmp_path: Path
) -> None:
    program = tmp_path / "haproxy"
    program.symlink_to(which("haproxy") or "")
    mortal = HaproxyBalancer(balancer.directory, "127.0.0.1", balancer.frame.port, program=str(program))
    async with mortal, asyncio.TaskGroup() as group:
        watch = group.create_task(mortal.supervise())
        program.unlink()
        os.kill(mortal.state.pid or 0, signal.SIGKILL)

        async with asyncio.timeout(10):
            while mortal.state.state != "failed":
                await asyncio.sleep(0.02)

        with pytest.raises(ConnectionError):
            await ask(balancer.frame.port, "shop.test")
        watch.cancel()


@pytest.mark.parametrize("victim", ["master", "worker"])
async def test_killed_it_is_started_again_with_every_target(balancer: HaproxyBalancer, victim: str) -> None:
    async with web_target.running(A, port := free_port()), balancer, asyncio.TaskGroup() as group:
        watch = group.create_task(balancer.supervise())
        await balancer.set_route(SHOP)
        await balancer.attach(behind(A, port))
        await balancer.attach(behind(B, port))
        await balancer.drain(B)
        master = balancer.state.pid or 0

        os.kill(master if victim == "master" else await balancer.worker(), signal.SIGKILL)
        await until_gone(master)
        await until_restarted(balancer)
        await until_serving(balancer, A)

        states = {target.task: target.state for target in await balancer.targets()}
        assert states == {A: TargetState.READY, B: TargetState.DRAINING}
        assert balancer.state.pid != master
        await balancer.attach(behind(B, port))
        assert {target.state for target in await balancer.targets()} == {TargetState.READY}
        watch.cancel()


async def until_restarted(balancer: HaproxyBalancer) -> None:
    async with asyncio.timeout(10):
        while (balancer.state.restarts, balancer.state.state) != (1, "running"):
            await asyncio.sleep(0.02)


async def until_gone(pid: int) -> None:
    async with asyncio.timeout(10):
        await proc.ended(pid)


async def test_when_it_is_down_every_method_says_so_and_changes_are_kept_for_its_return(
    balancer: HaproxyBalancer,
) -> None:
    async with web_target.running(A, port := free_port()):
        async with balancer:
            await balancer.set_route(SHOP)
            os.kill(balancer.state.pid or 0, signal.SIGKILL)
            await until_gone(balancer.state.pid or 0)
            for call in (
                balancer.attach(behind(A, port)),
                balancer.targets(),
                balancer.routes(),
                balancer.drain(B),
                balancer.detach(B),
                balancer.set_route(SHOP),
            ):
                with pytest.raises(Unavailable, match="does not answer"):
                    await call
        async with again(balancer) as back:
            await until_serving(back, A)


async def test_what_was_changed_behind_our_back_is_mended_at_the_next_look(balancer: HaproxyBalancer) -> None:
    async with web_target.running(A, port := free_port()), balancer:
        await balancer.set_route(SHOP)
        await balancer.attach(behind(A, port))
        worker = await balancer.worker()
        for command in ("set server slot-0/aaaaaaaaaaaa state maint", "del map hosts.map shop.test"):
            await balancer.runtime.change(worker, command)
        assert (await ask(balancer.frame.port, "shop.test")).status == 404

        await balancer.targets()

        assert (await ask(balancer.frame.port, "shop.test")).body == A


async def test_a_taken_port_is_named_with_who_holds_it(balancer: HaproxyBalancer) -> None:
    with socket.create_server(("127.0.0.1", balancer.frame.port)), pytest.raises(Unavailable) as raised:
        async with balancer:
            pass

    assert f"127.0.0.1:{balancer.frame.port}" in raised.value.what
    assert f"(pid {os.getpid()})" in raised.value.why
    assert "FAIRWAY_APPS_PORT" in raised.value.hint


async def test_another_haproxy_of_the_same_name_is_left_alone(balancer: HaproxyBalancer, tmp_path: Path) -> None:
    other = HaproxyBalancer(tmp_path / "other", "127.0.0.1", free_port())
    try:
        async with other, balancer:
            assert other.state.pid != balancer.state.pid
        await balancer.stop()
        assert (await ask(other.frame.port, "shop.test")).status == 404
    finally:
        await other.stop()


async def test_a_missing_program_is_an_error_that_says_how_to_get_it(tmp_path: Path) -> None:
    balancer = HaproxyBalancer(tmp_path, "127.0.0.1", free_port(), program="haproxy-that-is-not-there")

    with pytest.raises(Unavailable, match="not installed") as raised:
        async with balancer:
            pass

    assert raised.value.hint == "fairway doctor --fix"


async def test_a_damaged_table_is_named_and_nothing_is_started(balancer: HaproxyBalancer) -> None:
    balancer.directory.mkdir(parents=True)
    (balancer.directory / "table.json").write_text("{")

    with pytest.raises(Unavailable, match=r"table\.json can't be read"):
        async with balancer:
            pass

    assert balancer.state.state == "stopped"


async def test_a_server_that_is_killed_leaves_haproxy_serving(balancer: HaproxyBalancer) -> None:
    script = (
        "import asyncio, pathlib, sys\n"
        "from fairway.adapters.haproxy.balancer import HaproxyBalancer\n"
        "async def main():\n"
        "    async with HaproxyBalancer(pathlib.Path(sys.argv[1]), '127.0.0.1', int(sys.argv[2])) as balancer:\n"
        "        print('up', flush=True)\n"
        "        await balancer.supervise()\n"
        "asyncio.run(main())\n"
    )
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        str(balancer.directory),
        str(balancer.frame.port),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert server.stdout
    await server.stdout.readline()

    async with load(balancer.frame.port, "shop.test", connections=4) as seen:
        await seen.more(50)
        server.kill()
        await server.wait()
        await seen.more(50)

    assert set(seen.failed) == {"404"}  # no route yet, and no connection lost
    async with again(balancer) as adopted:
        await adopted.set_route(replace(SHOP, hosts=("late.test",)))
        assert (await ask(balancer.frame.port, "late.test")).status == 503

"""The socket that a program inherits, and that the next server takes back from it."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from fairway.adapters.process import start
from fairway.adapters.process.component import Component
from fairway.adapters.process.listener import Listener, listening, take, variables
from support.ports import free_port

HOME = "127.0.0.1"


@contextmanager
def running(directory: Path, *listeners: Listener) -> Iterator[int]:
    """A program that only has what it inherited."""

    async def ready() -> bool:
        return True

    component = Component(
        name="sleep",
        command=("sleep", "60"),
        pid_file=directory / "pid",
        log=directory / "log",
        ready=ready,
        listeners=listeners,
    )
    pid = start.spawn("/bin/sleep", component)
    try:
        while not variables(pid):  # what is known of a process a moment after its start
            time.sleep(0.005)
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener(HOME, free_port())
    yield made
    made.release()


def test_a_port_is_claimed_once_and_free_again_after_the_release(listener: Listener) -> None:
    assert listener.claim() is None
    assert listener.claim() is None
    assert Listener(HOME, listener.port).claim() is not None

    listener.release()

    with socket.create_server((HOME, listener.port)):
        pass


def test_the_next_server_takes_it_from_the_program_that_inherited_it(listener: Listener, tmp_path: Path) -> None:
    listener.claim()
    following = Listener(HOME, listener.port)
    with running(tmp_path, listener) as pid:
        listener.release()

        assert take([following], pid)

    # The program is gone, and a connection still waits instead of being refused.
    with socket.create_connection((HOME, listener.port)):
        following.release()


def test_a_program_with_the_socket_of_another_address_is_not_adopted(listener: Listener, tmp_path: Path) -> None:
    listener.claim()
    other = Listener(HOME, free_port())
    with running(tmp_path, listener) as pid:
        assert not take([other], pid)

    assert other.held is None


def test_each_of_two_sockets_is_taken_by_whom_it_belongs_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secure, plain = Listener(HOME, free_port()), Listener(HOME, free_port())
    next_plain, next_secure = Listener(HOME, plain.port), Listener(HOME, secure.port)
    assert [secure.claim(), plain.claim()] == [None, None]
    assert secure.held
    # The program's number for the first is ours for the second.
    monkeypatch.setattr(start, "DESCRIPTOR", secure.held.fileno())
    with running(tmp_path, plain, secure) as pid:
        plain.release()
        secure.release()

        assert take([next_plain, next_secure], pid)

    assert [each.held and each.held.getsockname()[1] for each in (next_plain, next_secure)] == [plain.port, secure.port]
    next_plain.release()
    next_secure.release()


def test_of_a_program_that_has_one_too_many_the_others_are_held_while_it_is_started_anew(
    listener: Listener, tmp_path: Path
) -> None:
    listener.claim()
    former, kept = Listener(HOME, free_port()), Listener(HOME, listener.port)
    former.claim()
    with running(tmp_path, listener, former) as pid:
        listener.release()
        former.release()

        assert not take([kept], pid)

    assert kept.held is not None
    kept.release()


def test_a_program_that_has_one_too_few_is_adopted_and_binds_it_itself(listener: Listener, tmp_path: Path) -> None:
    listener.claim()
    added = Listener(HOME, free_port())
    with running(tmp_path, listener) as pid:
        assert take([listener, added], pid)

    assert added.held is None


def test_a_program_of_before_there_were_listeners_is_adopted_as_it_is(listener: Listener, tmp_path: Path) -> None:
    with running(tmp_path) as pid:
        assert take([listener], pid)

    assert listener.held is None


def test_a_program_that_is_gone_or_not_ours_to_see_has_nothing_to_take(listener: Listener, tmp_path: Path) -> None:
    with running(tmp_path) as pid:
        pass

    assert take([listener], pid)
    assert listener.held is None


def test_only_a_socket_that_listens_is_taken(tmp_path: Path) -> None:
    with closing(socket.socket()) as idle:
        assert listening(os.dup(idle.fileno())) is None
    assert listening(os.open(tmp_path, os.O_RDONLY)) is None


def test_the_variable_names_the_address() -> None:
    assert Listener("127.0.0.1", 8080).variable == "LISTENER_127_0_0_1_8080"
    assert Listener("::", 80).variable == "LISTENER____80"

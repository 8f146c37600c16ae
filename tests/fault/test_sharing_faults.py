"""Two processes that share a real PostgreSQL and the work, and one of them is killed, or stands still for too long.

Each has two apps with two executions each. The one that fails is in the middle of the stage `build` of both its apps;
the effect of a stage is a step of its own after that, so that it can be counted. A stage that has had its effect and
has not yet written that it ended would have it again, as after a power cut: every step bears that.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from fairway.adapters.store.database import FORGOTTEN
from fairway.adapters.store.store import Store, open_store
from fairway.adapters.store.tables import EXECUTIONS, SERVERS
from fairway.domain.execution import Execution, ExecutionStatus, StageStatus
from fairway.domain.ids import AppName
from fairway.domain.lease import Member
from fairway.errors import Unavailable
from support import pipeline_postgres, sharing_process
from support.sharing_process import LOST, STAGES

pytestmark = pytest.mark.exhaustive

ENVIRON = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
MINE, THEIRS = ("one", "two"), ("three", "four")
PATIENCE = 40.0


@dataclass
class Server:
    """A process of `support.sharing_process`."""

    process: subprocess.Popen[str]
    home: Path

    def wait_for(self, *expected: str) -> None:
        """Return once it has said all of that."""
        missing = set(expected)
        assert self.process.stdout is not None
        while missing:
            line = self.process.stdout.readline()
            assert line, f"it ended before it said {missing}"
            missing.discard(line.rstrip("\n"))

    def release(self) -> None:
        (self.home / "hold").unlink()

    def stands_still(self) -> bool:
        return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


@dataclass
class Harbour:
    """The database, and what the stages did to the world."""

    url: str
    root: Path
    store: Store

    @contextmanager
    def serve(self, name: str, *apps: str, hold: bool = False) -> Iterator[Server]:
        home = self.root / name
        home.mkdir(exist_ok=True)
        if hold:
            (home / "hold").touch()
        command = [sys.executable, "-m", sharing_process.__name__, self.url, str(home), name, *apps]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRON) as process:
            try:
                yield Server(process, home)
            finally:
                process.kill()

    async def executions(self) -> list[Execution]:
        return [each for app in await self.store.apps.list() for each in await self.store.executions.list(app.name)]

    async def until_held(self, server: Server) -> None:
        """Until the server is in the middle of two builds, and everything else of its apps waits for them."""
        await asyncio.to_thread(server.wait_for, *(f"held {app}/1/build" for app in MINE))
        async with asyncio.timeout(PATIENCE):
            while [source_ended(each) for each in await self.executions() if each.app in MINE] != [True] * 4:
                await asyncio.sleep(0.05)

    async def until_all_succeeded(self, count: int) -> list[Execution]:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await self.executions()
                if len(found) == count and all(each.finished for each in found):
                    assert {each.status for each in found} == {ExecutionStatus.SUCCEEDED}
                    return found
                await asyncio.sleep(0.1)

    def journal(self) -> list[list[str]]:
        return [line.split() for line in (self.root / "journal").read_text().splitlines()]

    def done(self) -> Counter[str]:
        """How often each stage of each execution has had its effect."""
        return Counter(what for _, verb, what in self.journal() if verb == "did")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Callable[[str], str]]:
    with pipeline_postgres.run_cluster() as url:
        yield url


@pytest.fixture
async def harbour(cluster: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Harbour]:
    with psycopg.connect(cluster("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS shared WITH (FORCE)")
        connection.execute("CREATE DATABASE shared")
    async with open_store(cluster("shared")) as store:
        yield Harbour(cluster("shared"), tmp_path, store)


def source_ended(execution: Execution) -> bool:
    stage = execution.stage("source")
    return stage is not None and stage.status is StageStatus.SUCCEEDED


def each_once(*apps: str) -> Counter[str]:
    return Counter(f"{app}/{number}/{stage}" for app in apps for number in (1, 2) for stage in STAGES)


async def test_the_executions_of_a_killed_server_are_finished_by_the_other_and_none_runs_twice(
    harbour: Harbour,
) -> None:
    with harbour.serve("alpha", *MINE, hold=True) as alpha, harbour.serve("beta", *THEIRS) as beta:
        await harbour.until_held(alpha)
        await asyncio.to_thread(beta.wait_for, "joined")

        alpha.process.send_signal(signal.SIGKILL)
        await harbour.until_all_succeeded(8)

        assert harbour.done() == each_once(*MINE, *THEIRS)
        begun_again = [what for who, verb, what in harbour.journal() if (who, verb) == ("beta", "begins")]
        assert set(begun_again) & {"one/1/source", "two/1/source"} == set(), "what was finished stays finished"
        leases = {lease.member.server: lease for lease in await harbour.store.leases.list()}
        assert leases["alpha"].lost
        assert leases["beta"].apps == tuple(sorted((*MINE, *THEIRS)))


async def test_a_server_that_stood_still_past_its_lease_neither_acts_nor_writes_again(harbour: Harbour) -> None:
    with harbour.serve("alpha", *MINE, hold=True) as alpha, harbour.serve("beta", *THEIRS) as beta:
        await harbour.until_held(alpha)
        await asyncio.to_thread(beta.wait_for, "joined")
        alpha.process.send_signal(signal.SIGSTOP)
        while not alpha.stands_still():
            await asyncio.sleep(0.01)
        before = await harbour.until_all_succeeded(8)
        journal = harbour.journal()

        # What held its builds up is gone: the first thing that it would do is to go on with them.
        alpha.release()
        alpha.process.send_signal(signal.SIGCONT)
        await asyncio.to_thread(alpha.process.wait, PATIENCE)

        assert alpha.process.returncode == LOST
        assert harbour.journal() == journal
        assert await harbour.executions() == before
        assert harbour.done() == each_once(*MINE, *THEIRS)


async def test_a_server_that_begins_again_after_it_was_lost_leaves_the_work_to_the_other(harbour: Harbour) -> None:
    with harbour.serve("beta", *THEIRS) as beta:
        await asyncio.to_thread(beta.wait_for, "joined")
        with harbour.serve("alpha", *MINE, hold=True) as alpha:
            await harbour.until_held(alpha)
            alpha.process.send_signal(signal.SIGKILL)
            await harbour.until_all_succeeded(8)
            alpha.release()

        # Its own durable log still has the two builds, and begins them as it opens.
        with harbour.serve("alpha", "five") as alpha:
            await asyncio.to_thread(alpha.wait_for, "joined")
            await harbour.until_all_succeeded(10)

        assert harbour.done() == each_once(*MINE, *THEIRS, "five")
        leases = {lease.member.server: lease for lease in await harbour.store.leases.list()}
        assert (leases["alpha"].number, leases["alpha"].apps) == (2, ("five",))


async def test_a_write_that_stands_still_holds_up_a_take_over_for_seconds_only_and_is_lost(harbour: Harbour) -> None:
    url = harbour.url
    async with open_store(url) as alpha, open_store(url) as beta:
        await alpha.leases.join(Member(server="alpha", name="a", url="", seconds=2.0), at=1.0)
        await beta.leases.join(Member(server="beta", name="b", url="", seconds=2.0), at=1.0)
        await alpha.apps.create(AppName("one"), at=1.0)
        begun, wake = threading.Event(), threading.Event()

        def stand_still(connection: sa.Connection) -> None:
            begun.set()
            wake.wait(PATIENCE)
            connection.execute(sa.update(EXECUTIONS).values(subject="too late"))

        writing = asyncio.create_task(alpha.database.write(stand_still))
        await asyncio.to_thread(begun.wait, PATIENCE)
        lease = next(each for each in await beta.leases.list() if each.member.server == "alpha")

        async with asyncio.timeout(FORGOTTEN * 2):
            assert await beta.leases.take_over(lease)
        wake.set()

        with pytest.raises(Unavailable):
            await writing
        async with asyncio.timeout(PATIENCE):
            assert await beta.leases.claim() == {"one"}
        lost = sa.select(SERVERS.c.lost).where(SERVERS.c.id == "alpha")
        assert await beta.database.read(lambda connection: connection.execute(lost).scalar_one())

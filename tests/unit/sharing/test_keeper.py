"""Two servers on one store in memory, and what becomes of their leases: on virtual time."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.domain.ids import AppName
from fairway.domain.lease import Member
from fairway.errors import Unavailable, UsageError
from fairway.sharing.keeper import Keeper

SHOP, BLOG = AppName("shop"), AppName("blog")
LEASE = 15.0
TERMS = {"key": "k", "registry": "ghcr.io/acme", "repositories": "r"}
DOWN = Unavailable("the store did not answer")


class Lost(Exception):
    """Stands for the end of the process."""


class Interrupted:
    """Leases whose next claim is followed by something else before its answer is there."""

    def __init__(self, leases: Any) -> None:
        self._leases = leases
        self.then: Callable[[], Awaitable[None]] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._leases, name)

    async def claim(self) -> frozenset[AppName]:
        claimed: frozenset[AppName] = await self._leases.claim()
        if (then := self.then) is not None:
            self.then = None
            await then()
        return claimed


class Server:
    """A keeper on a store of its own, and what it was told."""

    def __init__(self, name: str, store: MemoryStore, leases: Any = None, **terms: str) -> None:
        self.store = store
        member = Member(server=name, name=name, url=f"http://{name}", seconds=LEASE, terms={**TERMS, **terms})
        self.keeper = Keeper(leases or store.leases, member, LoopClock(), lost=self.end)
        self.taken: list[frozenset[AppName]] = []
        self.troubles: list[Exception] = []
        self.ended = False

    def end(self) -> NoReturn:
        raise Lost

    async def make(self, app: AppName) -> None:
        await self.store.apps.create(app, at=1.0)
        self.keeper.made(app)

    async def go_on(self, apps: frozenset[AppName]) -> None:
        if self.troubles:
            raise self.troubles.pop()
        self.taken.append(apps)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        await self.keeper.join()
        task = asyncio.create_task(self.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def run(self) -> None:
        try:
            await self.keeper.run(self.go_on)
        except* Lost:
            self.ended = True

    def stand_still(self) -> None:
        """Every call to its store fails, as if it were cut off."""
        self.store.shelf.trouble = DOWN

    def wake_up(self) -> None:
        self.store.shelf.trouble = None


@pytest.fixture
def alpha() -> Server:
    return Server("alpha", make_store())


@pytest.fixture
def beta(alpha: Server) -> Server:
    return Server("beta", make_store(beside=alpha.store))


async def valid_within(server: Server, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await server.keeper.valid()
    except TimeoutError:
        return False
    return True


async def test_a_lease_is_renewed_for_as_long_as_the_server_runs(alpha: Server, beta: Server) -> None:
    async with alpha.running(), beta.running():
        await alpha.store.apps.create(SHOP, at=1.0)

        await asyncio.sleep(3600.0)

        assert [lease.lost for lease in await beta.keeper.list()] == [False, False]
        assert (alpha.taken, beta.taken) == ([{SHOP}], [])
        assert await valid_within(alpha, 1.0)


async def test_the_apps_of_a_dead_server_are_taken_over_when_its_lease_has_run_out(alpha: Server, beta: Server) -> None:
    async with beta.running():
        async with alpha.running():
            await alpha.store.apps.create(SHOP, at=1.0)
            alpha.keeper.made(SHOP)
        await asyncio.sleep(LEASE - 1.0)
        assert not beta.keeper.holds(SHOP)

        await asyncio.sleep(LEASE * 0.75)

        assert beta.keeper.holds(SHOP)
        assert beta.taken == [{SHOP}]
        holder = await beta.keeper.holder(SHOP)
        assert holder is not None
        assert holder.member.server == "beta"


async def test_a_server_that_begins_again_in_time_still_has_its_apps(alpha: Server, beta: Server) -> None:
    async with beta.running():
        async with alpha.running():
            await alpha.store.apps.create(SHOP, at=1.0)
        await asyncio.sleep(LEASE - 5.0)

        async with alpha.running():
            await asyncio.sleep(LEASE * 4)

            assert alpha.keeper.holds(SHOP)
            assert beta.taken == []


async def test_what_is_in_doubt_is_waited_for(alpha: Server) -> None:
    async with alpha.running():
        alpha.stand_still()
        await asyncio.sleep(LEASE)

        assert not await valid_within(alpha, 60.0)

        alpha.wake_up()
        assert await valid_within(alpha, LEASE)
        assert not alpha.ended


async def test_a_lease_that_ran_out_while_nobody_could_look_is_not_taken_over(alpha: Server, beta: Server) -> None:
    async with alpha.running(), beta.running():
        await alpha.store.apps.create(SHOP, at=1.0)
        await asyncio.sleep(LEASE)
        alpha.stand_still()
        beta.stand_still()
        await asyncio.sleep(3600.0)

        beta.wake_up()
        await asyncio.sleep(LEASE / 2)
        alpha.wake_up()
        await asyncio.sleep(LEASE * 4)

        assert beta.taken == []
        assert alpha.keeper.holds(SHOP)


async def test_who_has_lost_its_lease_ends(alpha: Server, beta: Server) -> None:
    async with alpha.running(), beta.running():
        await alpha.store.apps.create(SHOP, at=1.0)
        await asyncio.sleep(LEASE)
        alpha.stand_still()
        await asyncio.sleep(LEASE * 2)
        assert beta.keeper.holds(SHOP)

        alpha.wake_up()
        assert not await valid_within(alpha, LEASE)

        assert alpha.ended


async def test_nothing_is_valid_when_the_other_takes_over(alpha: Server, beta: Server) -> None:
    async with alpha.running(), beta.running():
        await alpha.store.apps.create(SHOP, at=1.0)
        await asyncio.sleep(LEASE)
        alpha.stand_still()

        while not beta.keeper.holds(SHOP):
            await asyncio.sleep(0.1)

        assert not await valid_within(alpha, 0.0)


async def test_what_can_not_be_gone_on_with_is_tried_again(alpha: Server, beta: Server) -> None:
    beta.troubles = [DOWN, DOWN]
    async with beta.running():
        async with alpha.running():
            await alpha.store.apps.create(SHOP, at=1.0)
        await asyncio.sleep(LEASE * 3)

        assert beta.taken == [{SHOP}]


async def test_an_app_that_nobody_has_is_taken_by_one(alpha: Server, beta: Server) -> None:
    await alpha.store.apps.create(SHOP, at=1.0)
    await alpha.store.apps.create(BLOG, at=1.0)

    async with alpha.running(), beta.running():
        assert alpha.keeper.holds(SHOP)
        assert alpha.keeper.holds(BLOG)
        assert not beta.keeper.holds(SHOP)


async def test_an_app_that_is_made_while_the_store_is_asked_stays_this_server_s(alpha: Server) -> None:
    interrupted = Interrupted(alpha.store.leases)
    busy = Server("alpha", alpha.store, interrupted)
    async with busy.running():
        interrupted.then = functools.partial(busy.make, SHOP)

        await asyncio.sleep(LEASE / 3)

        assert interrupted.then is None
        assert busy.keeper.holds(SHOP)
        assert busy.taken == []


async def test_servers_with_the_same_terms_need_not_wait_for_each_other(alpha: Server, beta: Server) -> None:
    async with alpha.running(), asyncio.timeout(0.5):
        await beta.keeper.check()


async def test_a_server_with_other_terms_does_not_begin(alpha: Server) -> None:
    other = Server("beta", make_store(beside=alpha.store), key="another")

    async with alpha.running():
        with pytest.raises(UsageError, match="can't share the database with the server on alpha"):
            await other.keeper.check()


async def test_a_server_that_is_gone_for_good_hinders_nobody(alpha: Server) -> None:
    async with alpha.running():
        await asyncio.sleep(LEASE)
    other = Server("beta", make_store(beside=alpha.store), registry="")

    async with asyncio.timeout(LEASE * 2):
        await other.keeper.check()

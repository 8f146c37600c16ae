"""The keeper of certificates: what it orders, renews, presents and withdraws, whatever fails. Time is virtual."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from fairway.adapters.memory.certificates import MemoryCertificates
from fairway.adapters.memory.clock import VirtualLoop
from fairway.certificates.keeper import BESIDE, Keeper
from fairway.domain.certificate_times import DAY, HOUR
from fairway.domain.certificates import Failure, Origin
from fairway.errors import Unavailable, UsageError, WorkFailed
from fairway.ports.certificates import Limited
from support.certificate_pems import sign
from support.certificate_room import Room
from support.certificate_stores import open_, seal
from support.certificate_values import HOST
from support.mortal import Killed, Mortal

REFUSED = WorkFailed("the authority refused", why="192.0.2.7 answered 404", hint="look at the DNS")


@contextlib.asynccontextmanager
async def running(keeper: Keeper) -> AsyncIterator[None]:
    task = asyncio.create_task(keeper.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def pass_by(seconds: float, step: float = HOUR) -> None:
    """Let the time pass in steps: a keeper that looks each few seconds would look too often for a test."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    end = loop.time() + seconds
    while loop.time() < end - step:
        loop.jump(step - 12)
        await asyncio.sleep(12)
    await asyncio.sleep(max(0.0, end - loop.time()))


class Full(MemoryCertificates):
    """A store on a disk that is full, or whose lease was lost: it can be read."""

    writes = 0

    async def failed(self, failure: Failure) -> None:
        self.writes += 1
        if self.writes > 100:
            raise Killed("without a pause")
        raise Unavailable("the store takes nothing", why="database or disk is full")


async def test_a_routed_domain_gets_a_certificate_that_is_kept_and_presented() -> None:
    room = Room()
    await room.route(HOST, "shop-production.localhost")

    async with running(room.keeper()):
        await asyncio.sleep(4)

    (kept,) = await room.certificates.all()
    assert (kept.host, kept.origin, kept.issuer) == (HOST, Origin.ORDERED, "Test Root")
    assert await room.terminator.presented() == {HOST: kept.fingerprint}
    assert room.terminator.pems[HOST].text == await room.certificates.pem(HOST)
    assert room.terminator.thumbprint == "thumbprint"
    assert room.authority.orders == [HOST]
    assert list(await room.certificates.failures()) == []


async def test_a_route_that_comes_later_is_seen_within_seconds() -> None:
    room = Room()

    async with running(room.keeper()):
        await asyncio.sleep(7)
        await room.route(HOST)
        await asyncio.sleep(8)

    assert list(await room.terminator.presented()) == [HOST]


async def test_what_happened_is_told() -> None:
    room = Room()
    await room.route(HOST)
    events = room.notices.follow()

    async with running(room.keeper()):
        ordered = await anext(events)

    assert (ordered.kind, ordered.app, ordered.environment) == ("certificate.ordered", "shop", "production")
    assert ordered.text.startswith(f"{HOST} has a certificate by Test Root until ")


@pytest.mark.lengthy
async def test_half_a_year_of_a_domain_has_four_certificates_none_of_which_ended_before_its_renewal() -> None:
    room = Room()
    await room.route(HOST)

    async with running(room.keeper()):
        await pass_by(180 * DAY, step=DAY / 2)

    assert len(room.authority.times) == 4
    assert all(56 * DAY <= later - earlier <= 61 * DAY for earlier, later in pairwise(room.authority.times))


async def test_a_server_that_is_told_another_authority_orders_there_once() -> None:
    room = Room()
    await room.route(HOST)
    room.authority.directory = "https://staging.example/directory"
    async with running(room.keeper()):
        await asyncio.sleep(30)
    room.authority.directory = "https://ca.example/directory"

    async with running(room.keeper()):
        await asyncio.sleep(300)

    assert room.authority.orders == [HOST, HOST]
    (kept,) = await room.certificates.all()
    assert kept.directory == room.authority.directory
    assert await room.terminator.presented() == {HOST: kept.fingerprint}


async def test_orders_are_made_a_few_at_a_time() -> None:
    room = Room()
    await room.route(*(f"h{number}.example.org" for number in range(10)))

    async with running(room.keeper()):
        await asyncio.sleep(30)

    assert len(await room.terminator.presented()) == 10
    assert len(room.authority.orders) == 10
    assert room.authority.most_beside == BESIDE


async def test_an_order_that_is_refused_is_made_again_later_and_later_and_its_cause_is_kept() -> None:
    room = Room()
    await room.route(HOST)
    room.authority.faults.fail("order", REFUSED)

    async with running(room.keeper()):
        await asyncio.sleep(3 * HOUR)
        (failure,) = await room.certificates.failures()
        room.authority.faults.mend()
        await pass_by(DAY)

    assert failure.times == 4
    assert failure.cause == "the authority refused: 192.0.2.7 answered 404; look at the DNS"
    waits = [later - earlier for earlier, later in pairwise(room.authority.times)]
    # A look comes each minute, and in the last day of this test each hour.
    assert waits == [
        pytest.approx(60 * minutes, abs=late) for minutes, late in ((1, 70), (10, 70), (100, 70), (1440, 3700))
    ]
    assert list(await room.certificates.failures()) == []
    assert list(await room.terminator.presented()) == [HOST]


async def test_an_authority_that_says_how_long_to_wait_is_not_asked_before() -> None:
    room = Room()
    await room.route(HOST)
    room.authority.faults.fail("order", Limited("too many certificates", seconds=34 * HOUR))

    async with running(room.keeper()):
        await pass_by(33 * HOUR)
        assert len(room.authority.orders) == 1
        await pass_by(2 * HOUR)

    assert len(room.authority.orders) == 2


async def test_an_authority_that_is_not_reached_is_asked_again_each_hour() -> None:
    room = Room()
    await room.route(HOST)
    room.authority.faults.fail("order", Unavailable("no answer"))

    async with running(room.keeper()):
        await pass_by(DAY)

    assert 24 <= len(room.authority.orders) <= 27


async def test_one_domain_that_is_refused_or_hangs_keeps_no_other_from_its_certificate() -> None:
    room = Room()
    await room.route("a.example.org", HOST)
    first = room.authority.order

    async def order(host: str) -> str:
        if host == "a.example.org":
            await asyncio.Event().wait()
        return await first(host)

    room.authority.order = order  # type: ignore[method-assign]

    async with running(room.keeper()):
        await asyncio.sleep(5)

    assert list(await room.terminator.presented()) == [HOST]


async def test_a_failure_that_nobody_expected_ends_one_order_and_not_the_keeper() -> None:
    room = Room()
    await room.route(HOST)
    first, calls = room.authority.order, []

    async def order(host: str) -> str:
        calls.append(host)
        if len(calls) == 1:
            raise RuntimeError("a mistake")
        return await first(host)

    room.authority.order = order  # type: ignore[method-assign]

    async with running(room.keeper()):
        await asyncio.sleep(130)

    assert len(calls) == 2
    assert list(await room.terminator.presented()) == [HOST]


@pytest.mark.parametrize("port", ["balancer", "store", "presented", "present"])
async def test_what_is_down_is_waited_for(port: str) -> None:
    room = Room()
    await room.route(HOST)
    down = Unavailable("it is down")
    if port == "store":
        room.shelf.trouble = down
    else:
        faults = room.balancer.faults if port == "balancer" else room.terminator.faults
        faults.fail("routes" if port == "balancer" else port, down)

    async with running(room.keeper()):
        await asyncio.sleep(20)
        assert room.terminator.pems == {}
        room.shelf.trouble = None
        room.balancer.faults.mend()
        room.terminator.faults.mend()
        await asyncio.sleep(200)

    assert list(await room.terminator.presented()) == [HOST]
    assert len(room.authority.orders) == 1


async def test_a_store_that_takes_nothing_is_written_to_once_a_minute() -> None:
    room = Room()
    await room.route(HOST)
    room.certificates = full = Full(room.shelf, seal, open_)

    async with running(room.keeper()):
        await asyncio.sleep(200)

    assert 2 <= full.writes <= 4
    assert room.authority.orders == []


async def test_an_ordered_certificate_that_is_refused_leaves_the_former_and_its_cause_is_kept() -> None:
    room = Room()
    await room.route(HOST)
    async with running(room.keeper()):
        await asyncio.sleep(5)
    (former,) = await room.certificates.all()
    await asyncio.sleep(61 * DAY)
    room.terminator.faults.fail("present", UsageError("it is not taken", why="HAProxy refuses its key"))

    async with running(room.keeper()):
        await asyncio.sleep(30)
        (failure,) = await room.certificates.failures()
        kept = list(await room.certificates.all())
        room.terminator.faults.mend()
        await asyncio.sleep(200)

    assert "HAProxy refuses its key" in failure.cause
    assert kept == [former]
    (renewed,) = await room.certificates.all()
    assert await room.terminator.presented() == {HOST: renewed.fingerprint} != {HOST: former.fingerprint}


async def test_one_that_is_ordered_while_the_load_balancer_is_down_is_kept_and_presented_later() -> None:
    room = Room()
    await room.route(HOST)
    room.terminator.faults.fail("present", Unavailable("it is down"))

    async with running(room.keeper()):
        await asyncio.sleep(30)
        kept = list(await room.certificates.all())
        room.terminator.faults.mend()
        await asyncio.sleep(120)

    assert [each.fingerprint for each in kept] == list((await room.terminator.presented()).values())
    assert room.authority.orders == [HOST]


async def test_a_domain_that_loses_its_route_presents_nothing_and_needs_no_new_certificate_when_it_comes_back() -> None:
    room = Room()
    await room.route(HOST)

    async with running(room.keeper()):
        await asyncio.sleep(10)
        await room.route("other.localhost")
        await asyncio.sleep(10)
        assert room.terminator.pems == {}
        await room.route(HOST)
        await asyncio.sleep(10)

    assert list(await room.terminator.presented()) == [HOST]
    assert room.authority.orders == [HOST]


@pytest.mark.lengthy
async def test_what_has_no_route_is_forgotten_30_days_after_its_end() -> None:
    room = Room()
    await room.route(HOST)

    async with running(room.keeper()):
        await asyncio.sleep(10)
        await room.route("other.localhost")
        await pass_by(119 * DAY, step=DAY)
        assert len(await room.certificates.all()) == 1
        await pass_by(2 * DAY)

    assert list(await room.certificates.all()) == []


async def test_nothing_is_ordered_without_an_authority_and_what_is_kept_is_presented() -> None:
    room = Room()
    await room.route(HOST, "a.example.org")
    keeper = room.keeper(unsigned="FAIRWAY_ACME_EMAIL is not set")
    signed = sign(HOST, first=room.clock.now() - 10)
    await room.desk(keeper).give(HOST, signed.chain, signed.key)
    room.terminator.pems.clear()

    async with running(keeper):
        await asyncio.sleep(200)

    assert list(await room.terminator.presented()) == [HOST]
    assert room.authority.orders == []


async def test_a_certificate_that_was_given_while_one_was_ordered_stays() -> None:
    room = Room()
    await room.route(HOST)
    keeper = room.keeper()
    signed = sign(HOST, first=room.clock.now() - 10)

    async with running(keeper):
        await asyncio.sleep(1)
        await room.desk(keeper).give(HOST, signed.chain, signed.key)
        await asyncio.sleep(100)

    (kept,) = await room.certificates.all()
    assert kept.origin is Origin.GIVEN
    assert await room.terminator.presented() == {HOST: kept.fingerprint}


async def live(room: Room, *, at: int, after: bool) -> int:
    """One life of a server, which ends at a call of its ports; how many calls there were."""
    count = [0]
    ports = {
        name: Mortal(port, count, at, after)
        for name, port in {
            "authority": room.authority,
            "certificates": room.certificates,
            "terminator": room.terminator,
            "balancer": room.balancer,
        }.items()
    }
    keeper = room.keeper(ports)
    with contextlib.suppress(Killed, BaseExceptionGroup):
        async with asyncio.timeout(10):
            await keeper.run()
    return count[0]


async def test_whenever_a_server_dies_the_next_one_comes_to_one_certificate_that_is_presented() -> None:
    calls = 18

    for at in range(1, calls + 1):
        for after in (False, True):
            room = Room()
            await room.route(HOST)
            with contextlib.suppress(TimeoutError):
                await live(room, at=at, after=after)

            async with running(room.keeper()):
                await asyncio.sleep(100)

            (kept,) = await room.certificates.all()
            assert await room.terminator.presented() == {HOST: kept.fingerprint}, (at, after)
            assert list(await room.certificates.failures()) == []
            assert len(room.authority.orders) <= 2


@pytest.mark.lengthy
async def test_servers_that_die_at_each_order_make_no_more_orders_than_an_authority_allows() -> None:
    room = Room()
    await room.route(HOST)
    room.authority.faults.hang("order")
    begin = room.clock.now()

    while room.clock.now() < begin + DAY:
        async with running(room.keeper()):
            await asyncio.sleep(60)

    assert all(
        sum(first <= each < first + HOUR for each in room.authority.times) <= 3 for first in room.authority.times
    )
    assert len(room.authority.times) == 4

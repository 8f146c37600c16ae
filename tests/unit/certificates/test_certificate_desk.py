"""What people ask of certificates, and what they are told when it can't be done."""

import asyncio

import pytest

from fairway.certificates import reading
from fairway.certificates.keeper import Keeper
from fairway.domain.certificate_times import DAY, HOUR
from fairway.domain.certificates import Origin, State
from fairway.domain.ids import AppName
from fairway.errors import Conflict, FairwayError, NotFound, Unavailable, UsageError
from support.certificate_pems import Signed, authority, sign
from support.certificate_room import SHOP, Room
from support.certificate_values import HOST, make_failure

LOCAL = "shop-production.localhost"
NO_EMAIL = "FAIRWAY_ACME_EMAIL is not set"


def sign_now(room: Room, *hosts: str, days: float = 90) -> Signed:
    return sign(*hosts, first=room.clock.now() - HOUR, days=days)


async def look(keeper: Keeper) -> None:
    """One look, with the orders that it leads to."""
    for host in await keeper.look():
        await keeper.order(host)


async def test_each_domain_is_listed_with_how_it_stands() -> None:
    room = Room()
    await room.route(HOST, LOCAL, "a.example.org")
    keeper = room.keeper()
    await room.certificates.failed(make_failure("a.example.org", again=9e9))
    await look(keeper)

    standings = await room.desk(keeper).listed(None)

    assert [(each.host, each.state) for each in standings] == [
        ("a.example.org", State.FAILED),
        (LOCAL, State.PLAIN),
        (HOST, State.SECURE),
    ]
    assert (standings[2].app, standings[2].environment) == ("shop", "production")
    assert standings[0].cause == "refused"
    assert await room.desk(keeper).listed(SHOP) == standings
    assert await room.desk(keeper).listed(AppName("other")) == []


async def test_a_domain_whose_order_is_under_way_is_being_ordered() -> None:
    room = Room()
    await room.route(HOST)
    room.authority.faults.hang("order")
    keeper = room.keeper()
    task = asyncio.create_task(keeper.run())
    await asyncio.sleep(10)

    (standing,) = await room.desk(keeper).listed(None)

    assert (standing.state, standing.failure) == (State.ORDERING, None)
    task.cancel()


async def test_without_an_authority_a_domain_is_plain_and_says_why() -> None:
    room = Room()
    await room.route(HOST)

    (standing,) = await room.desk(room.keeper(unsigned=NO_EMAIL)).listed(None)

    assert (standing.state, standing.cause) == (State.PLAIN, NO_EMAIL)


async def test_an_operators_certificate_is_kept_and_presented_at_once() -> None:
    room = Room()
    await room.route(HOST)
    keeper, signed = room.keeper(), sign_now(room, "other.example.org", HOST)
    await look(keeper)

    standing = await room.desk(keeper).give(HOST.upper(), signed.chain, signed.key)

    assert standing.state is State.SECURE
    assert standing.certificate is not None and standing.certificate.origin is Origin.GIVEN
    assert room.terminator.pems[HOST].text == signed.pem == await room.certificates.pem(HOST)


async def test_a_wildcard_certificate_is_one_for_each_name_right_under_it() -> None:
    room = Room()
    await room.route(HOST, "a.b.example.org")
    signed = sign_now(room, "*.example.org")
    desk = room.desk(room.keeper())

    assert (await desk.give(HOST, signed.chain, signed.key)).state is State.SECURE
    with pytest.raises(UsageError, match=r"used for a\.b\.example\.org"):
        await desk.give("a.b.example.org", signed.chain, signed.key)


@pytest.mark.parametrize(
    "error", [Unavailable("the load balancer is down"), UsageError("the load balancer does not take it")]
)
async def test_what_is_not_presented_is_not_kept(error: FairwayError) -> None:
    room = Room()
    await room.route(HOST)
    keeper, signed = room.keeper(), sign_now(room, HOST)
    room.terminator.faults.fail("present", error)

    with pytest.raises(type(error)):
        await room.desk(keeper).give(HOST, signed.chain, signed.key)

    assert list(await room.certificates.all()) == []


async def test_a_given_certificate_that_the_store_does_not_take_gives_way_to_the_former_one() -> None:
    room = Room()
    await room.route(HOST)
    keeper, signed = room.keeper(), sign_now(room, HOST)
    await look(keeper)
    (before,) = await room.certificates.all()
    room.shelf.trouble = Unavailable("the store is down")

    with pytest.raises(Unavailable):
        await room.desk(keeper).give(HOST, signed.chain, signed.key)
    room.shelf.trouble = None
    keeper.wake()
    await look(keeper)

    assert await room.terminator.presented() == {HOST: before.fingerprint}


def broken(room: Room, what: str) -> tuple[str, str]:
    """A chain and a key of which that is wrong."""
    signed, other = sign_now(room, HOST), sign_now(room, "other.example.org")
    found = {
        "key": (signed.chain, other.key),
        "name": (other.chain, other.key),
        "order": (signed.leaf + other.leaf, signed.key),
        "issuer first": (authority()[1] + signed.leaf, signed.key),
        "no pem": ("hello", signed.key),
        "no key": (signed.chain, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"),
        "long": (signed.chain * 200, signed.key),
    }
    return found[what]


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("key", "the key does not belong to the first certificate"),
        ("name", "it is for other.example.org"),
        ("order", "its certificates are not in order"),
        ("issuer first", "its certificates are not in order"),
        ("no pem", "it is no PEM"),
        ("no key", "it is no private key in PEM"),
        ("long", "it has more than 100000 characters"),
    ],
)
async def test_a_certificate_that_can_not_be_presented_is_refused_with_the_reason(what: str, why: str) -> None:
    room = Room()
    await room.route(HOST)
    chain, key = broken(room, what)

    with pytest.raises(UsageError) as caught:
        await room.desk(room.keeper()).give(HOST, chain, key)

    assert caught.value.why == why
    assert "c2VjcmV0" not in repr(caught.value)
    assert list(await room.certificates.all()) == []
    assert room.terminator.pems == {}


@pytest.mark.parametrize(
    ("first", "days", "why"), [(-9 * DAY, 8, "it ended at "), (9 * DAY, 90, "it does not hold before ")]
)
async def test_a_certificate_that_does_not_hold_now_is_refused(first: float, days: float, why: str) -> None:
    room = Room()
    await room.route(HOST)
    signed = sign(HOST, first=room.clock.now() + first, days=days)

    with pytest.raises(UsageError) as caught:
        await room.desk(room.keeper()).give(HOST, signed.chain, signed.key)

    assert caught.value.why.startswith(why)


async def test_nothing_is_given_for_a_domain_without_a_route_or_where_nothing_is_presented() -> None:
    room = Room()
    signed = sign_now(room, HOST)

    with pytest.raises(NotFound):
        await room.desk(room.keeper()).give(HOST, signed.chain, signed.key)
    with pytest.raises(Conflict, match="nothing is served by TLS here"):
        await room.desk(room.keeper(), closed="FAIRWAY_APPS_TLS_PORT is not set").give(HOST, signed.chain, signed.key)


async def test_after_a_given_certificate_was_removed_one_is_ordered() -> None:
    room = Room()
    await room.route(HOST)
    keeper, signed = room.keeper(), sign_now(room, HOST)
    desk = room.desk(keeper)
    await desk.give(HOST, signed.chain, signed.key)

    await desk.remove(HOST)

    assert room.terminator.pems == {}
    await look(keeper)
    (kept,) = await room.certificates.all()
    assert kept.origin is Origin.ORDERED


async def test_a_certificate_that_would_be_ordered_again_at_once_is_not_removed() -> None:
    room = Room()
    await room.route(HOST)
    keeper = room.keeper()
    await look(keeper)

    with pytest.raises(Conflict, match="is not removed"):
        await room.desk(keeper).remove(HOST)
    await room.route(LOCAL)
    await room.desk(keeper).remove(HOST)

    assert list(await room.certificates.all()) == []
    with pytest.raises(NotFound):
        await room.desk(keeper).remove(HOST)


async def test_a_failed_order_is_made_again_when_somebody_asks() -> None:
    room = Room()
    await room.route(HOST)
    keeper = room.keeper()
    await room.certificates.failed(make_failure(at=room.clock.now(), again=9e9))

    standing = await room.desk(keeper).again(HOST)
    await look(keeper)

    assert standing.state is State.ORDERING
    assert room.authority.orders == [HOST]
    assert list(await room.terminator.presented()) == [HOST]


async def test_a_certificate_gets_a_new_key_when_somebody_asks_but_not_within_the_hour() -> None:
    room = Room()
    await room.route(HOST)
    keeper = room.keeper()
    await look(keeper)
    first = room.terminator.pems[HOST].text

    with pytest.raises(Conflict, match=r"is ordered for shop\.example\.org before "):
        await room.desk(keeper).again(HOST)
    await asyncio.sleep(2 * HOUR)
    await room.desk(keeper).again(HOST)
    await look(keeper)

    assert room.terminator.pems[HOST].text.split("CERTIFICATE")[0] != first.split("CERTIFICATE")[0]


@pytest.mark.parametrize(
    ("host", "unsigned", "kind", "why"),
    [
        (LOCAL, "", UsageError, f"{LOCAL} is under localhost, which is no part of the public DNS"),
        (HOST, NO_EMAIL, UsageError, NO_EMAIL),
        ("other.example.org", "", Conflict, "it has no route, so no authority would be answered"),
    ],
)
async def test_an_order_that_can_not_be_made_is_refused_with_the_cause(
    host: str, unsigned: str, kind: type[FairwayError], why: str
) -> None:
    room = Room()
    await room.route(HOST, LOCAL)

    with pytest.raises(kind) as caught:
        await room.desk(room.keeper(unsigned=unsigned)).again(host)

    assert caught.value.why == why


async def test_none_is_ordered_in_place_of_one_that_was_given_or_too_near_to_an_authoritys_limits() -> None:
    room = Room()
    await room.route(HOST, "a.example.org")
    desk, signed = room.desk(room.keeper()), sign_now(room, HOST)
    await desk.give(HOST, signed.chain, signed.key)
    await room.certificates.failed(make_failure("a.example.org", at=room.clock.now(), times=3, again=9e9))

    with pytest.raises(Conflict, match=r"is ordered for shop\.example\.org"):
        await desk.again(HOST)
    with pytest.raises(Conflict, match=r"before 2023-11-14 22:33 UTC"):
        await desk.again("a.example.org")


async def test_who_asks_for_an_order_while_the_keeper_looks_gets_one_with_the_next_look() -> None:
    room = Room()
    await room.route(HOST)
    keeper = room.keeper()
    await room.certificates.failed(make_failure(at=room.clock.now(), again=9e9))
    room.terminator.faults.hang("present")
    await room.route(HOST, "a.example.org")
    signed = sign_now(room, "a.example.org")
    await room.certificates.put(reading.read("a.example.org", signed.pem, room.authority.directory), signed.pem)
    task = asyncio.create_task(keeper.run())
    await asyncio.sleep(1)

    await room.desk(keeper).again(HOST)
    room.terminator.faults.mend()
    await asyncio.sleep(5)

    assert room.authority.orders == [HOST]
    task.cancel()

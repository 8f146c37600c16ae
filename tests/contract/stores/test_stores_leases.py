"""What every store of leases keeps to: `store` and `beside` are the same records, opened by two servers."""

import asyncio
from dataclasses import replace

import pytest

from fairway.domain.events import Event
from fairway.domain.ids import AppName
from fairway.domain.lease import Lease, Member
from fairway.domain.moves import Keep
from fairway.errors import Unavailable
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PUSH, REVISION, define, make_desired

FIRST = Member(server="aaaa1111", name="alpha", url="http://alpha:7878", seconds=15.0, terms={"key": "k"})
SECOND = Member(server="bbbb2222", name="beta", url="http://beta:7878", seconds=15.0)


async def lease_of(store: AnyStore, member: Member) -> Lease:
    return next(lease for lease in await store.leases.list() if lease.member.server == member.server)


async def test_a_lease_shows_its_holder_and_its_number(store: AnyStore) -> None:
    lease = await store.leases.join(FIRST, at=10.0)

    assert lease == Lease(member=FIRST, number=1, renewals=0, renewed_at=10.0)
    assert await store.leases.list() == [lease]


async def test_each_begin_of_a_server_has_the_next_number(store: AnyStore, beside: AnyStore) -> None:
    await store.leases.join(FIRST, at=1.0)

    again = await beside.leases.join(FIRST, at=2.0)

    assert again.number == 2
    assert not await store.leases.renew(at=3.0)
    assert await beside.leases.renew(at=3.0)


async def test_a_renewal_is_counted(store: AnyStore) -> None:
    await store.leases.join(FIRST, at=10.0)

    assert await store.leases.renew(at=14.0)

    lease = await lease_of(store, FIRST)
    assert (lease.renewals, lease.renewed_at, lease.expires_at) == (1, 14.0, 29.0)


async def test_an_app_is_the_server_s_that_made_it(store: AnyStore, beside: AnyStore) -> None:
    await store.leases.join(FIRST, at=1.0)
    await beside.leases.join(SECOND, at=1.0)

    await store.apps.create(APP, at=1.0)

    assert await beside.leases.claim() == frozenset()
    assert await store.leases.claim() == {APP}
    holder = await beside.leases.holder(APP)
    assert holder is not None
    assert (holder.member, holder.apps) == (FIRST, (APP,))


async def test_what_nobody_has_is_claimed_once(store: AnyStore, beside: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    assert await store.leases.holder(APP) is None
    await store.leases.join(FIRST, at=1.0)
    await beside.leases.join(SECOND, at=1.0)

    claimed = await asyncio.gather(store.leases.claim(), beside.leases.claim())

    assert sorted(map(len, claimed)) == [0, 1]


async def test_nobody_has_an_app_that_is_not_there(store: AnyStore) -> None:
    await store.leases.join(FIRST, at=1.0)
    await store.apps.create(APP, at=1.0)
    await store.apps.delete(APP)

    assert await store.leases.holder(APP) is None
    assert await store.leases.claim() == frozenset()


async def test_a_lease_that_stood_still_is_taken_over_with_its_apps(store: AnyStore, beside: AnyStore) -> None:
    await store.leases.join(FIRST, at=1.0)
    await store.apps.create(APP, at=1.0)
    await store.apps.create(AppName("other"), at=1.0)
    await beside.leases.join(SECOND, at=1.0)

    assert await beside.leases.take_over(await lease_of(beside, FIRST))

    assert (await lease_of(beside, FIRST)).lost
    assert (await lease_of(beside, SECOND)).apps == ("other", APP)
    assert await beside.leases.claim() == {APP, "other"}


async def test_a_lease_that_was_renewed_meanwhile_is_not_taken_over(store: AnyStore, beside: AnyStore) -> None:
    await store.leases.join(FIRST, at=1.0)
    await beside.leases.join(SECOND, at=1.0)
    seen = await lease_of(beside, FIRST)
    await store.leases.renew(at=2.0)

    assert not await beside.leases.take_over(seen)
    assert not (await lease_of(beside, FIRST)).lost


async def test_a_lease_is_lost_once(store: AnyStore, beside: AnyStore) -> None:
    await store.leases.join(FIRST, at=1.0)
    await beside.leases.join(SECOND, at=1.0)
    seen = await lease_of(beside, FIRST)
    await beside.leases.take_over(seen)

    assert not await beside.leases.take_over(replace(seen, lost=True))
    assert not await beside.leases.take_over(seen)


async def test_who_has_lost_its_lease_writes_nothing_any_more(store: AnyStore, beside: AnyStore) -> None:
    await store.leases.join(FIRST, at=1.0)
    await store.apps.create(APP, at=1.0)
    execution = await store.executions.create(APP, REVISION, PUSH, define(["source"]), at=1.0)
    await beside.leases.join(SECOND, at=1.0)
    await beside.leases.take_over(await lease_of(beside, FIRST))

    writes = [
        lambda: store.executions.change(execution, [Keep(outputs={"a": 1})], at=2.0),
        lambda: store.executions.create(APP, REVISION, PUSH, define(["source"]), at=2.0),
        lambda: store.desired.put(make_desired()),
        lambda: store.events.append([Event(at=2.0, kind="k", text="t")]),
        lambda: store.apps.delete(APP),
        lambda: store.leases.claim(),
    ]
    for write in writes:
        with pytest.raises(Unavailable, match="this server has lost its lease"):
            await write()

    assert not await store.leases.renew(at=2.0)
    assert await beside.executions.outputs(APP, execution.number) == {}
    assert await beside.executions.change(execution, [Keep(outputs={"b": 2})], at=3.0)


async def test_an_earlier_begin_of_the_same_server_writes_nothing_any_more(store: AnyStore, beside: AnyStore) -> None:
    await store.leases.join(FIRST, at=1.0)
    await beside.leases.join(FIRST, at=2.0)

    with pytest.raises(Unavailable, match="lost its lease"):
        await store.apps.create(APP, at=3.0)

    await beside.apps.create(APP, at=3.0)
    assert await beside.leases.claim() == {APP}


async def test_a_server_that_comes_back_in_time_still_has_its_apps(store: AnyStore, beside: AnyStore) -> None:
    await store.leases.join(FIRST, at=1.0)
    await store.apps.create(APP, at=1.0)

    again = await beside.leases.join(FIRST, at=2.0)

    assert again.apps == (APP,)


async def test_a_server_that_comes_back_too_late_has_none(store: AnyStore, beside: AnyStore) -> None:
    await store.leases.join(FIRST, at=1.0)
    await store.apps.create(APP, at=1.0)
    await beside.leases.join(SECOND, at=1.0)
    await beside.leases.take_over(await lease_of(beside, FIRST))

    again = await store.leases.join(FIRST, at=90.0)

    assert (again.lost, again.apps, again.number) == (False, (), 2)
    assert await store.leases.claim() == frozenset()

"""What everyone does who lends databases to try things on, looks at them, and holds the gate before a real one."""

import pytest

from fairway.errors import Conflict, Unavailable
from support.databases_room import Room


async def test_a_scratch_is_empty_and_like_the_original(room: Room) -> None:
    await room.create(room.address, "orders", 3)
    standing = await room.databases.look(room.address)

    async with room.scratches.open("one", room.address, standing) as scratch:
        there = await room.databases.look(scratch.address)

        assert there.tables == ()
        assert there.major == standing.major
        assert (scratch.inside.user, scratch.inside.name) == (room.address.user, room.address.name)


async def test_a_scratch_is_gone_at_its_end(room: Room) -> None:
    standing = await room.databases.look(room.address)

    async with room.scratches.open("one", room.address, standing) as scratch:
        await room.create(scratch.address, "orders", 3)

    with pytest.raises(Unavailable):
        await room.databases.look(scratch.address)
    assert (await room.databases.look(room.address)).tables == ()


@pytest.mark.exhaustive
async def test_what_an_earlier_one_of_the_same_key_left_is_removed_first(room: Room) -> None:
    standing = await room.databases.look(room.address)
    left = room.scratches.open("one", room.address, standing)
    first = await left.__aenter__()
    await room.create(first.address, "orders", 3)

    async with room.scratches.open("one", room.address, standing) as second:
        assert (await room.databases.look(second.address)).tables == ()


@pytest.mark.exhaustive
async def test_sweeping_leaves_those_that_are_to_be_kept(room: Room) -> None:
    standing = await room.databases.look(room.address)
    async with (
        room.scratches.open("one", room.address, standing) as one,
        room.scratches.open("two", room.address, standing) as two,
    ):
        await room.scratches.sweep(keep=("two",))

        with pytest.raises(Unavailable):
            await room.databases.look(one.address)
        assert (await room.databases.look(two.address)).tables == ()


async def test_a_watch_sees_what_is_run_and_that_somebody_came(room: Room) -> None:
    standing = await room.databases.look(room.address)
    async with room.scratches.open("one", room.address, standing) as scratch:
        await room.create(scratch.address, "orders", 3)
        async with room.watches.watch(scratch) as watch:
            await room.add_column(scratch.address, "orders", "coupon")
            watched = await watch.end()

    if room.statements:
        (statement,) = watched.statements
        assert statement.startswith("ALTER TABLE")
    else:
        assert "which statements it ran" in watched.unseen[0]
    assert watched.connected


@pytest.mark.exhaustive
async def test_a_watch_over_nothing_sees_nothing(room: Room) -> None:
    standing = await room.databases.look(room.address)
    async with (
        room.scratches.open("one", room.address, standing) as scratch,
        room.watches.watch(scratch) as watch,
    ):
        watched = await watch.end()

    assert (watched.statements, watched.locks, watched.rewritten) == ((), (), ())
    assert not watched.connected


async def test_one_alone_holds_the_gate(room: Room) -> None:
    said: list[str] = []

    async with room.gates.hold(room.address, lock_timeout=5.0, report=said.append):
        with pytest.raises(Conflict):
            async with room.gates.hold(room.address, lock_timeout=5.0, report=said.append):
                pass
    async with room.gates.hold(room.address, lock_timeout=5.0, report=said.append):
        await room.create(room.address, "orders", 1)

    assert said == []

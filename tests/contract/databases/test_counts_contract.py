"""What a migration will stumble over is counted alike by every engine."""

import pytest

from fairway.domain.address import Engine
from fairway.domain.ground import Nulls, Repeated
from fairway.errors import Unavailable
from support.databases_room import Room


async def test_nulls_are_counted_in_their_column(room: Room) -> None:
    await room.create(room.address, "orders", 3)
    await room.add_column(room.address, "orders", "coupon")
    of_coupon, of_code = Nulls(table="orders", column="coupon"), Nulls(table="orders", column="code")

    found = await room.counts.count(room.address, [of_coupon, of_code])

    assert found == {of_coupon: 3, of_code: 0}


async def test_rows_that_repeat_another_one_are_counted_and_nulls_repeat_nothing(room: Room) -> None:
    await room.create(room.address, "orders", 5)
    await room.add_column(room.address, "orders", "coupon")
    for id in (2, 3):
        await room.change(room.address, "orders", id, "A1")
    await room.change(room.address, "orders", 5, "A4")
    of_code = Repeated(table=room.full("orders"), columns=("code",))
    of_both = Repeated(table="orders", columns=("code", "id"))
    of_nulls = Repeated(table="orders", columns=("coupon",))

    found = await room.counts.count(room.address, [of_code, of_both, of_nulls])

    assert found == {of_code: 3, of_both: 0, of_nulls: 0}


async def test_what_is_not_there_has_no_answer_and_keeps_none_from_the_others(room: Room) -> None:
    await room.create(room.address, "orders", 1)
    known = Nulls(table="orders", column="code")
    missing = [
        Nulls(table="nowhere", column="code"),
        Nulls(table="orders", column='co"de; DROP TABLE orders'),
        Repeated(table="orders", columns=("code", "nothing")),
    ]

    found = await room.counts.count(room.address, [*missing, known])

    assert found == {known: 0}
    assert await room.count(room.address, "orders") == 1


async def test_a_database_that_cant_be_reached_is_unavailable(room: Room) -> None:
    key = "no such file" if room.address.engine is Engine.SQLITE else "password"

    with pytest.raises(Unavailable):
        await room.counts.count(room.wrong[key], [Nulls(table="orders", column="code")])

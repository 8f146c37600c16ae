"""What everyone who looks at databases does: the one in memory is held to what real ones do."""

import pytest

from fairway.domain import catalog
from fairway.domain.catalog import Change
from fairway.errors import Unavailable
from support.databases_room import Room, quiet


async def test_an_empty_database_has_no_tables_and_an_empty_schema(room: Room) -> None:
    standing = await room.databases.look(room.address)
    schema = await room.databases.schema(room.address)

    assert standing.engine is room.address.engine
    assert standing.major > 0
    assert standing.tables == ()
    assert dict(schema.objects) == {}


async def test_tables_are_told_with_their_names_and_sizes(room: Room) -> None:
    await room.create(room.address, "orders", 3)
    await room.create(room.address, "users", 1)

    standing = await room.databases.look(room.address)

    assert [table.name for table in standing.tables] == [room.full("orders"), room.full("users")]
    assert all(0 < table.bytes <= standing.bytes for table in standing.tables)
    assert standing.table("orders") == standing.tables[0]


async def test_a_column_more_is_a_difference_between_two_schemas(room: Room) -> None:
    await room.create(room.address, "orders", 3)
    before = await room.databases.schema(room.address)

    await room.add_column(room.address, "orders", "coupon")

    after = await room.databases.schema(room.address)
    (difference,) = catalog.compare(before, after)
    assert (difference.object, difference.change) == (f"column {room.full('orders')}.coupon", Change.ADDED)
    assert before.version != after.version


async def test_rows_do_not_change_a_schema(room: Room) -> None:
    await room.create(room.address, "orders", 3)
    before = await room.databases.schema(room.address)

    await room.insert(room.address, "orders", 4, 10)

    assert await room.databases.schema(room.address) == before


async def test_what_a_tool_keeps_for_itself_is_left_out(room: Room) -> None:
    await room.create(room.address, "orders", 3)
    before = await room.databases.schema(room.address)

    await room.create(room.address, "migrations", 2)

    assert await room.databases.schema(room.address, without=("migrations",)) == before
    assert await room.databases.schema(room.address, without=(room.full("migrations"),)) == before
    assert await room.databases.schema(room.address) != before


async def test_a_small_table_is_read_in_order(room: Room) -> None:
    await room.create(room.address, "migrations", 3)
    await room.change(room.address, "migrations", 1, "Z1")

    rows = await room.databases.read(room.address, "migrations", ("code",), order="code")
    same = await room.databases.read(room.address, room.full("migrations"), ("id", "code"), order="id")

    assert rows is not None
    assert [row["code"] for row in rows] == ["A2", "A3", "Z1"]
    assert same is not None
    assert dict(same[0]) == {"id": "1", "code": "Z1"}


async def test_a_null_is_read_as_none(room: Room) -> None:
    await room.create(room.address, "migrations", 1)
    await room.add_column(room.address, "migrations", "finished")

    assert await room.databases.read(room.address, "migrations", ("finished",)) == [{"finished": None}]


async def test_a_table_that_there_is_not_is_read_as_none(room: Room) -> None:
    assert await room.databases.read(room.address, "migrations", ("code",)) is None


async def test_what_was_written_since_is_told_for_each_table(room: Room) -> None:
    for table in ("changed", "dropped", "grown", "same"):
        await room.create(room.address, table, 3)
    before = await room.dumps.fingerprint(room.address, report=quiet)

    await room.insert(room.address, "grown", 4, 5)
    await room.change(room.address, "changed", 2, "other")
    await room.drop(room.address, "dropped")

    assert list(await room.databases.since(room.address, before)) == [
        f"{room.full('changed')}: as many rows, with other contents",
        f"{room.full('dropped')}: the table is gone",
        f"{room.full('grown')}: 2 rows more",
    ]


async def test_a_database_that_can_not_be_reached_says_what_is_wrong_without_the_password(room: Room) -> None:
    for named, address in room.wrong.items():
        with pytest.raises(Unavailable) as caught:
            await room.databases.look(address)

        text = f"{caught.value.what} {caught.value.why} {caught.value.hint}"
        assert named in text
        assert not address.password or address.password not in text

"""Each call goes to the adapter of the address's engine."""

from pathlib import Path

import pytest

from fairway.adapters.engines import engines
from fairway.adapters.memory.databases import MemoryDatabases, MemoryWorld
from fairway.adapters.memory.dumps import MemoryDumps
from fairway.adapters.memory.scratches import MemoryGates, MemoryScratches, MemoryWatches
from fairway.domain import address
from fairway.domain.address import Address, Engine
from fairway.domain.fingerprint import Fingerprint
from fairway.errors import Unavailable
from fairway.ports.databases import Progress

POSTGRES = address.read("postgres://shop:s@db:5432/shop")
SQLITE = address.read("sqlite:////data/app.db")


def ignore(progress: Progress) -> None:
    """Nobody looks."""


class Worlds:
    """One world for each engine, with a table of its own, and the choice over both."""

    def __init__(self) -> None:
        self.worlds = {Engine.POSTGRES: MemoryWorld(), Engine.SQLITE: MemoryWorld()}
        self.worlds[Engine.POSTGRES].put(POSTGRES).create("public.orders", ["id"], 3)
        self.worlds[Engine.SQLITE].put(SQLITE).create("notes", ["id"], 2)
        items = self.worlds.items()
        self.databases = engines.EngineDatabases({engine: MemoryDatabases(world) for engine, world in items})
        self.dumps = engines.EngineDumps({engine: MemoryDumps(world) for engine, world in items})
        self.scratches = engines.EngineScratches({engine: MemoryScratches(world) for engine, world in items})
        self.watches = engines.EngineWatches({engine: MemoryWatches(world) for engine, world in items})
        self.gates = engines.EngineGates({engine: MemoryGates(world) for engine, world in items})


@pytest.mark.parametrize(("where", "table", "rows"), [(POSTGRES, "public.orders", 3), (SQLITE, "notes", 2)])
async def test_looking_copying_and_holding_go_to_the_engine(
    where: Address, table: str, rows: int, tmp_path: Path
) -> None:
    made = Worlds()
    standing = await made.databases.look(where)
    schema = await made.databases.schema(where)

    dumped = await made.dumps.dump(where, tmp_path, report=ignore)
    async with made.scratches.open("k", where, standing) as scratch, made.watches.watch(scratch) as watch:
        await made.dumps.restore(tmp_path, scratch.address, report=ignore)
        copy = await made.dumps.fingerprint(scratch.address, report=ignore)
        seen = await watch.end()
    async with made.gates.hold(where, lock_timeout=1.0, report=lambda text: None):
        held = made.worlds[where.engine].at(where).held
    await made.dumps.replace(tmp_path, where, report=ignore)
    await made.scratches.sweep()

    assert (table in copy.tables, copy.rows, dumped.fingerprint == copy) == (True, rows, True)
    assert any(table in name for name in schema.objects)
    assert len(await made.databases.read(where, table, ["id"]) or ()) == rows
    assert await made.databases.since(where, Fingerprint(tables={})) != ()
    assert (held, seen.statements) == (True, ())


async def test_an_engine_that_is_not_there_is_named() -> None:
    only = engines.EngineDatabases({Engine.POSTGRES: MemoryDatabases(MemoryWorld())})

    with pytest.raises(Unavailable) as raised:
        await only.look(SQLITE)

    assert (raised.value.what, raised.value.why) == (
        "this server can't work on sqlite",
        "the engines that it knows: postgres",
    )

"""The adapters that work on databases, one set for each engine."""

from dataclasses import dataclass
from pathlib import Path

from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.isolation import IsolatedNetworks
from fairway.adapters.engines.engines import (
    EngineCounts,
    EngineDatabases,
    EngineDumps,
    EngineGates,
    EngineScratches,
    EngineWatches,
)
from fairway.adapters.postgres.answering import PostgresCounts
from fairway.adapters.postgres.databases import PostgresDatabases
from fairway.adapters.postgres.dumps import PostgresDumps
from fairway.adapters.postgres.gates import PostgresGates
from fairway.adapters.postgres.scratches import PostgresScratches
from fairway.adapters.postgres.watches import PostgresWatches
from fairway.adapters.postgres.workshop import Workshop
from fairway.adapters.sqlite.counting import SqliteCounts
from fairway.adapters.sqlite.databases import SqliteDatabases
from fairway.adapters.sqlite.dumps import SqliteDumps
from fairway.adapters.sqlite.gates import SqliteGates
from fairway.adapters.sqlite.scratches import SqliteScratches
from fairway.adapters.sqlite.watches import SqliteWatches
from fairway.domain.address import Engine
from fairway.migrate.parts import Tools

POSTGRES, SQLITE = Engine.POSTGRES, Engine.SQLITE


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """The ports of `ports.databases` and `ports.counting`, by whichever engine an address names; `tools` finds the
    image with PostgreSQL's own programs."""

    databases: EngineDatabases
    counts: EngineCounts
    dumps: EngineDumps
    scratches: EngineScratches
    watches: EngineWatches
    gates: EngineGates
    tools: Tools


def make_engines(engine: DockerEngine, builder: DockerBuilder, copies: Path) -> Engines:
    """All that there are, with their containers under the engine's instance; copies of SQLite's files lie below
    `copies`."""
    workshop = Workshop(engine, DockerBases(builder))
    isolation = IsolatedNetworks(engine.containers.connection, engine.containers.instance)
    return Engines(
        databases=EngineDatabases({POSTGRES: PostgresDatabases(), SQLITE: SqliteDatabases(copies)}),
        counts=EngineCounts({POSTGRES: PostgresCounts(), SQLITE: SqliteCounts()}),
        dumps=EngineDumps({POSTGRES: PostgresDumps(workshop), SQLITE: SqliteDumps(copies)}),
        scratches=EngineScratches({POSTGRES: PostgresScratches(workshop), SQLITE: SqliteScratches(copies, isolation)}),
        watches=EngineWatches({POSTGRES: PostgresWatches(workshop), SQLITE: SqliteWatches()}),
        gates=EngineGates({POSTGRES: PostgresGates(), SQLITE: SqliteGates()}),
        tools=workshop.programs,
    )

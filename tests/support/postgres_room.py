"""A PostgreSQL server of the tests' own, in a container, with a database of its own for each test.

The role that the databases belong to is no superuser, as at most hosters; it may make databases.
"""

import asyncio
import contextlib
import os
import secrets
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.postgres.answering import PostgresCounts
from fairway.adapters.postgres.databases import PostgresDatabases
from fairway.adapters.postgres.dumps import PostgresDumps
from fairway.adapters.postgres.gates import PostgresGates
from fairway.adapters.postgres.scratches import PostgresScratches
from fairway.adapters.postgres.watches import PostgresWatches
from fairway.adapters.postgres.workshop import Workshop
from fairway.domain.address import Address, read
from fairway.ports.databases import Scratch
from support import docker_room

IMAGE = "postgres:15"
INSTANCE = f"t-databases-{os.getpid()}"
ADMIN, WORD = "fairway_test", secrets.token_urlsafe(12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """`host` is the container's address."""

    host: str

    def admin(self, database: str = "postgres") -> Address:
        """A superuser's."""
        return read(f"postgres://{ADMIN}:{WORD}@{self.host}:5432/{database}")

    def execute(self, database: str, script: str) -> None:
        """Statements as the superuser, each a transaction of its own."""
        with psycopg.connect(self.admin(database).url, autocommit=True) as connection:
            connection.execute(script.encode())


async def ensure_image() -> None:
    """The official image or its stand-in."""
    async with DockerBuilder(docker_room.DOCKER_HOST, owner="t-databases") as builder:
        await DockerBases(builder).ensure(IMAGE, print)


@contextlib.contextmanager
def run_server() -> Iterator[Server]:
    """Start it, and remove it at the end with all that its tests have left."""
    variables = (f"POSTGRES_USER={ADMIN}", f"POSTGRES_PASSWORD={WORD}")
    chosen = [word for variable in variables for word in ("--env", variable)]
    # Two suites in one process have a server each.
    container = f"{INSTANCE}-server-{secrets.token_hex(3)}"
    docker_room.docker("run", "--detach", "--name", container, *chosen, IMAGE, "-c", "fsync=off")
    try:
        server = Server(host=docker_room.inspect(container)["NetworkSettings"]["IPAddress"])
        await_connections(server, container)
        server.execute("postgres", "CREATE ROLE shop LOGIN CREATEDB PASSWORD 'secret-word'")
        yield server
    finally:
        docker_room.docker("rm", "--force", "--volumes", container)
        docker_room.sweep(INSTANCE)


def await_connections(server: Server, container: str) -> None:
    """Return once it takes them."""
    for attempt in range(300):
        try:
            psycopg.connect(server.admin().url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if attempt == 299:
                raise
            docker_room.docker("exec", container, "sh", "-c", "pg_isready -q || sleep 0.1")


class PostgresRoom:
    """`support.databases_room.Room` on a database of the server's."""

    statements = True

    def __init__(self, server: Server, engine: DockerEngine, bases: DockerBases) -> None:
        self.server = server
        name = f"t_{secrets.token_hex(6)}"
        server.execute("postgres", f"CREATE DATABASE {name} OWNER shop")
        self.address = read(f"postgres://shop:secret-word@{server.host}:5432/{name}")
        host, port = server.host, 5432
        self.wrong = {
            "password": self.address.moved(host=host, port=port, password="another-word"),
            "host": self.address.moved(host="nowhere.invalid", port=port),
            "port": self.address.moved(host=host, port=5433),
            "database": self.address.moved(host=host, port=port, name="other"),
            "TLS": read(f"{self.address.url}?sslmode=require"),
        }
        self.workshop = Workshop(engine, bases)
        self.databases = PostgresDatabases()
        self.counts = PostgresCounts()
        self.dumps = PostgresDumps(self.workshop)
        self.scratches = PostgresScratches(self.workshop)
        self.watches = PostgresWatches(self.workshop)
        self.gates = PostgresGates()

    def full(self, table: str) -> str:
        return f"public.{table}"

    async def create(self, address: Address, table: str, rows: int) -> None:
        await self.execute(address, f"CREATE TABLE {table} (id int, code text)")
        await self.insert(address, table, 1, rows)

    async def insert(self, address: Address, table: str, first: int, last: int) -> None:
        await self.execute(address, f"INSERT INTO {table} SELECT n, 'A' || n FROM generate_series({first}, {last}) n")

    async def change(self, address: Address, table: str, id: int, code: str) -> None:
        await self.execute(address, f"UPDATE {table} SET code = '{code}' WHERE id = {id}")

    async def add_column(self, address: Address, table: str, column: str) -> None:
        await self.execute(address, f"ALTER TABLE {table} ADD COLUMN {column} text")

    async def drop(self, address: Address, table: str) -> None:
        await self.execute(address, f"DROP TABLE {table}")

    async def count(self, address: Address, table: str) -> int:
        (row,) = await self.execute(address, f"SELECT count(*) FROM {table}")
        return int(str(row[0]))

    async def execute(self, address: Address, script: str) -> list[tuple[Any, ...]]:
        """What a migration tool would do: a session of its own."""
        async with await psycopg.AsyncConnection.connect(address.url, autocommit=True) as connection:
            cursor = await connection.execute(script.encode())
            return await cursor.fetchall() if cursor.description else []


def from_here(scratch: Scratch) -> Address:
    """The copy as who migrates it sees it, by the way that this host has: the copy's own network leads here no more
    than anywhere else."""
    return scratch.inside.moved(host=scratch.address.host, port=scratch.address.port)


@contextlib.asynccontextmanager
async def open_room(server: Server) -> AsyncIterator[PostgresRoom]:
    """A room on a new database, with a workshop of its own."""
    async with (
        DockerBuilder(docker_room.DOCKER_HOST, owner="t-databases") as builder,
        DockerEngine(docker_room.DOCKER_HOST, INSTANCE) as engine,
    ):
        yield PostgresRoom(server, engine, DockerBases(builder))


@contextlib.asynccontextmanager
async def pretending(host: str, said: bytes, instead: bytes) -> AsyncIterator[int]:
    """A port of this host that leads to the server and lets it call itself another version: what it reports as
    `server_version` begins with `instead` where it began with `said`, which is as long."""
    name, serving = b"server_version\x00", set()

    async def pipe(reader: StreamReader, writer: StreamWriter, old: bytes, new: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data.replace(old, new))
                await writer.drain()
        writer.close()

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        serving.add(asyncio.current_task())
        inner, outer = await asyncio.open_connection(host, 5432)
        await asyncio.gather(pipe(reader, outer, name, name), pipe(inner, writer, name + said, name + instead))
        for each in (outer, writer):
            with contextlib.suppress(ConnectionError):
                await each.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        # Its clients have gone, so that each ends by itself.
        await asyncio.gather(*serving, return_exceptions=True)

"""The stand-in for PostgreSQL is called as the official image is."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from support import docker_room
from support.builder_room import DOCKER_HOST, OWNER

IMAGE = "postgres:15"
NAME = f"t-builder-postgres-{os.getpid()}"


@pytest.fixture
async def image() -> AsyncIterator[str]:
    async with DockerBuilder(DOCKER_HOST, owner=OWNER) as builder:
        await DockerBases(builder).ensure(IMAGE, print)
        yield IMAGE


@pytest.fixture
def container(image: str) -> Iterator[str]:
    variables = ("POSTGRES_USER=shop", 'POSTGRES_PASSWORD=it\'s "x"', 'POSTGRES_DB=the "shop"')
    chosen = [word for variable in variables for word in ("--env", variable)]
    docker_room.docker("run", "--detach", "--name", NAME, *chosen, image, "-c", "work_mem=7MB", "-c", "fsync=off")
    yield NAME
    docker_room.docker("rm", "--force", "--volumes", NAME)


async def connect(container: str, database: str) -> psycopg.AsyncConnection[tuple[object, ...]]:
    address = docker_room.inspect(container)["NetworkSettings"]["IPAddress"]

    async def attempt() -> psycopg.AsyncConnection[tuple[object, ...]] | None:
        try:
            return await psycopg.AsyncConnection.connect(
                host=address, user="shop", password='it\'s "x"', dbname=database
            )
        except psycopg.OperationalError:
            return None

    return await docker_room.until(attempt)


async def ask(container: str, database: str, query: str) -> object:
    async with await connect(container, database) as connection:
        row = await (await connection.execute(query)).fetchone()
    return row[0] if row else None


async def test_user_password_database_and_options_are_the_given_ones(container: str) -> None:
    assert await ask(container, 'the "shop"', "SHOW work_mem") == "7MB"
    assert await ask(container, "postgres", "SELECT usesuper FROM pg_user WHERE usename = current_user") is True
    assert str(await ask(container, "postgres", "SHOW server_version")).startswith("15.")


@pytest.mark.exhaustive
async def test_the_server_is_no_root_and_the_tools_are_on_the_path(container: str) -> None:
    await ask(container, "postgres", "SELECT 1")

    assert docker_room.docker("exec", container, "stat", "-c", "%U", "/proc/1").strip() == "postgres"
    tools = docker_room.docker("exec", container, "sh", "-c", "pg_dump --version; pg_restore --version; psql --version")
    assert [line.split()[2][:3] for line in tools.splitlines()] == ["15.", "15.", "15."]


@pytest.mark.exhaustive
async def test_a_second_start_keeps_the_data(container: str) -> None:
    async with await connect(container, "postgres") as connection:
        await connection.execute("CREATE TABLE orders (id int)")

    await asyncio.to_thread(docker_room.docker, "restart", container)

    assert await ask(container, "postgres", "SELECT to_regclass('orders')::text") == "orders"


async def test_a_start_without_a_password_is_refused_with_the_variables_name(image: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *("docker", "run", "--rm", "--env", "POSTGRES_USER=shop", image), stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()

    assert process.returncode == 1
    assert b"POSTGRES_PASSWORD" in said

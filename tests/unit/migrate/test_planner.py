"""What is pending, from an image and a database in memory."""

import pytest

from fairway.adapters.memory.databases import MemoryDatabase, MemoryDatabases, MemoryWorld
from fairway.adapters.memory.images import MemoryImage, MemoryImages
from fairway.domain import address as addresses
from fairway.domain.image import Image
from fairway.domain.migrations import Migrations, Tool
from fairway.errors import Unavailable, UsageError
from fairway.migrate.reckoning import Reckoning
from fairway.migrate.tools.pending import Planner

IMAGE = Image(repository="localhost:7879/shop", digest="sha256:" + "1" * 64)
ADDRESS = addresses.read("postgres://shop@db:5432/shop")
KNEX = Migrations(command=("npm", "run", "migrate"))
FILES = {
    "/app/package.json": b'{"scripts": {"migrate": "knex migrate:latest"}}',
    "/app/knexfile.js": b"module.exports = {};",
    "/app/migrations/1.js": b"exports.up = f;",
    "/app/migrations/2.js": b"exports.up = f;",
}
SQL = Migrations(command=(), tool=Tool.SQL, directory="db")


class Room:
    def __init__(self, files: dict[str, bytes]) -> None:
        self.images = MemoryImages({IMAGE.reference: MemoryImage(files=files)})
        self.world = MemoryWorld()
        self.database = self.world.put(ADDRESS, MemoryDatabase())
        self.databases = MemoryDatabases(self.world)
        self.planner = Planner(self.images, self.databases)

    def applied(self, *names: str) -> None:
        self.database.create("public.knex_migrations", ("id", "name"))
        self.database.insert("public.knex_migrations", [{"id": str(at), "name": name} for at, name in enumerate(names)])


async def test_what_the_table_lacks_is_pending() -> None:
    room = Room(FILES)
    room.applied("1.js")

    plan = await room.planner.plan(IMAGE, KNEX, ADDRESS)

    assert (plan.tool, plan.applied) == (Tool.KNEX, ("1.js",))
    assert [(step.name, step.file) for step in plan.pending] == [("2.js", "migrations/2.js")]


async def test_an_image_is_looked_into_once_and_the_table_each_time() -> None:
    room = Room(FILES)
    room.applied("1.js")
    await room.planner.plan(IMAGE, KNEX, ADDRESS)
    room.database.insert("public.knex_migrations", [{"id": "9", "name": "2.js"}])

    plan = await room.planner.plan(IMAGE, KNEX, ADDRESS)

    assert plan.pending == ()
    assert room.images.opened == [IMAGE.reference]


async def test_other_settings_look_again() -> None:
    room = Room(FILES)

    first = await room.planner.plan(IMAGE, KNEX, ADDRESS)
    second = await room.planner.plan(IMAGE, Migrations(command=KNEX.command, directory="absent"), ADDRESS)

    assert first.known
    assert (second.known, second.pending) == (False, ())
    assert "absent" in second.unsure


@pytest.mark.parametrize("words", [("./migrate.sh",), ("node", "dist/migrate.js"), ("npx", "prisma", "db", "push")])
async def test_a_command_that_is_no_tools_own_is_not_known(words: tuple[str, ...]) -> None:
    room = Room(FILES)

    plan = await room.planner.plan(IMAGE, Migrations(command=words), ADDRESS)
    settled = await room.planner.settle(IMAGE, Migrations(command=words))
    again = await room.planner.plan(IMAGE, settled, ADDRESS)

    assert (plan.tool, plan.known) == (Tool.COMMAND, False)
    assert (again.tool, again.known) == (Tool.COMMAND, False)


async def test_a_program_of_its_own_is_known_where_fairway_toml_names_the_tool() -> None:
    plan = await Room(FILES).planner.plan(IMAGE, Migrations(command=("node", "migrate.js"), tool=Tool.KNEX), ADDRESS)

    assert plan.known
    assert len(plan.pending) == 2


DRIZZLE = {
    "/app/package.json": b'{"scripts": {"migrate": "tsx --env-file=.env ./db/migrate.ts"}, '
    b'"dependencies": {"drizzle-orm": "1"}}',
    "/app/db/out/meta/_journal.json": b'{"entries": [{"tag": "0000_a", "when": 1}]}',
    "/app/db/out/0000_a.sql": b"SELECT 1;",
}


async def test_drizzles_folder_is_the_one_that_the_program_names() -> None:
    program = b"await migrate(db, { migrationsFolder: path.join(__dirname, 'out') });"

    room = Room({**DRIZZLE, "/app/db/migrate.ts": program})

    plan = await room.planner.plan(IMAGE, KNEX, ADDRESS)
    settled = await room.planner.settle(IMAGE, KNEX)
    anew = await Planner(room.images, room.databases).plan(IMAGE, settled, ADDRESS)

    assert [step.file for step in plan.pending] == ["db/out/0000_a.sql"]
    assert anew == plan


@pytest.mark.parametrize(
    "program", [b"await migrate(db, { migrationsFolder: here() });", b"await run();", b"migrate(db, options)"]
)
async def test_a_program_that_does_not_name_drizzles_folder_is_not_known(program: bytes) -> None:
    plan = await Room({**DRIZZLE, "/app/db/migrate.ts": program}).planner.plan(IMAGE, KNEX, ADDRESS)

    assert not plan.known


async def test_a_folder_with_too_much_in_it_is_not_known() -> None:
    many = {f"/app/migrations/{number:06}.js": b"" for number in range(20_001)}

    plan = await Room(FILES | many).planner.plan(IMAGE, KNEX, ADDRESS)

    assert not plan.known
    assert "too much" in plan.unsure


async def test_ten_thousand_migrations_are_read() -> None:
    many = {f"/app/migrations/{number:06}.js": b"exports.up = f;" for number in range(10_000)}

    plan = await Room({**many, "/app/package.json": FILES["/app/package.json"]}).planner.plan(IMAGE, KNEX, ADDRESS)

    assert len(plan.pending) == 10_000


async def test_a_database_that_does_not_answer_is_an_error_and_not_an_empty_plan() -> None:
    room = Room(FILES)
    room.world.unreachable.add("db")

    with pytest.raises(Unavailable):
        await room.planner.plan(IMAGE, KNEX, ADDRESS)


async def test_the_script_of_sql_files_has_those_that_were_asked_for() -> None:
    room = Room({"/app/db/1.sql": b"SELECT 1", "/app/db/2.sql": b"SELECT 2", "/app/db/1.down.sql": b"SELECT -1"})

    up = await room.planner.script(IMAGE, SQL, ["2.sql"])
    back = await room.planner.script(IMAGE, SQL, ["1.sql"], back=True)

    assert up.files["00001.sql"] == "SELECT 2" and back.files["00001.sql"] == "SELECT -1"
    assert len(up.files) == 2


@pytest.mark.parametrize(("names", "back"), [(["3.sql"], False), (["2.sql"], True)])
async def test_a_script_of_what_there_is_not_is_refused(names: list[str], back: bool) -> None:
    room = Room({"/app/db/1.sql": b"SELECT 1", "/app/db/2.sql": b"SELECT 2"})

    with pytest.raises(UsageError):
        await room.planner.script(IMAGE, SQL, names, back=back)


@pytest.mark.parametrize("name", ["1'; DROP TABLE x; --.sql", "a\nb.sql", "$(id).sql", "\\! id.sql", ".x.sql"])
async def test_a_hostile_name_of_a_sql_file_is_not_known(name: str) -> None:
    plan = await Room({f"/app/db/{name}": b"SELECT 1"}).planner.plan(IMAGE, SQL, ADDRESS)

    assert not plan.known


async def test_settings_are_settled_by_what_the_image_has_and_the_image_is_looked_into_once() -> None:
    room = Room(FILES)

    found = await room.planner.settle(IMAGE, Migrations(command=()))
    plan = await room.planner.plan(IMAGE, found, ADDRESS)

    assert (found.tool, found.table) == (Tool.KNEX, "knex_migrations")
    assert found.command == ("npx", "--no-install", "knex", "migrate:latest")
    assert len(plan.pending) == 2
    assert room.images.opened == [IMAGE.reference]


async def test_what_fairway_toml_says_is_settled() -> None:
    settings = Migrations(command=("npm", "run", "migrate"), table="changes")

    found = await Room(FILES).planner.settle(IMAGE, settings)

    assert (found.command, found.table) == (settings.command, "changes")


async def test_without_a_command_and_a_tool_nothing_is_guessed() -> None:
    with pytest.raises(UsageError, match="nothing says how"):
        await Room({"/app/server.js": b""}).planner.settle(IMAGE, Migrations(command=()))


async def test_the_tools_own_tables_are_those_that_its_configuration_names() -> None:
    named = {"/app/knexfile.js": b"module.exports = { migrations: { tableName: 'changes' } };"}
    reckoning = Reckoning(Room({**FILES, **named}).planner)

    own = reckoning.own(await reckoning.settle(KNEX, IMAGE))

    assert {"changes", "changes_lock"} <= set(own)

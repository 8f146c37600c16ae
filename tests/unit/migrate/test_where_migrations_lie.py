"""Where each tool's migrations lie and what its table is called, from what its users write in their configuration."""

import pytest

from fairway.domain.migrations import Migrations, Tool
from fairway.migrate.tools import alembic, django, drizzle, knex, node_pg_migrate, prisma, sequelize, typeorm
from fairway.migrate.tools.pending import READERS
from fairway.migrate.tools.shipped import Configs, Place, Reader, Unsure
from fairway.ports.images import Folder


def place(reader: Reader, files: dict[str, str] | None = None, command: str = "", **settings: str) -> Place:
    configs = Configs(files={name: text.encode() for name, text in (files or {}).items()}, command=command)
    return reader.place(configs, Migrations(command=(), **settings))  # type: ignore[arg-type]


KNEX = [
    ("module.exports = { client: 'pg' }", ("migrations",), "knex_migrations"),
    ("module.exports = { migrations: { directory: './db/changes' } }", ("db/changes",), "knex_migrations"),
    ('export default { "migrations": { "directory": "db", "tableName": "done" } }', ("db",), "done"),
    (
        "module.exports = { migrations: { directory: ['a', './b/'], schemaName: 'app' } }",
        ("a", "b"),
        "app.knex_migrations",
    ),
    (
        "const p = require('path'); module.exports = { migrations: { directory: p.join(__dirname, 'x', 'y') } }",
        ("x/y",),
        "knex_migrations",
    ),
    ("module.exports = { migrations: { directory: `${__dirname}/z` } }", ("z",), "knex_migrations"),
    (
        "module.exports = { seeds: { directory: 's' }, migrations: { directory: 'm' /* directory: 'n' */ } }",
        ("m",),
        "knex_migrations",
    ),
    (
        "const one = { migrations: { directory: 'm' } }; exports.b = { migrations: { directory: 'm' } }",
        ("m",),
        "knex_migrations",
    ),
]


@pytest.mark.parametrize(("text", "directories", "table"), KNEX)
def test_a_knexfile_is_read_as_it_is_written(text: str, directories: tuple[str, ...], table: str) -> None:
    found = place(knex, {"knexfile.js": text}, "knex migrate:latest")

    assert (found.directories, found.table) == (directories, table)


@pytest.mark.parametrize(
    "text",
    [
        "module.exports = { migrations: { directory: process.env.WHERE } }",
        "module.exports = { migrations: { directory: root + '/m' } }",
        "module.exports = { a: { migrations: { directory: 'a' } }, b: { migrations: { directory: 'b' } } }",
        "module.exports = { a: { migrations: { directory: 'a' } }, b: { migrations: { tableName: 'b' } } }",
        "module.exports = { migrations: { migrationSource: new Source() } }",
        "module.exports = { migrations: { loadExtensions: ['.mjs'] } }",
        "module.exports = { migrations: { directory: `${root}/m` } }",
        "module.exports = { migrations: { directory: 'a' } }; " * 200,
    ],
)
def test_a_knexfile_that_only_running_it_would_tell_is_unsure(text: str) -> None:
    with pytest.raises(Unsure):
        place(knex, {"knexfile.js": text}, "knex migrate:latest")


def test_what_the_command_says_is_before_the_knexfile_and_fairway_toml_before_both() -> None:
    files = {"db/knexfile.ts": "export default { migrations: { directory: '../a' } }"}
    command = "knex migrate:latest --knexfile=./db/knexfile.ts"

    assert place(knex, files, command).directories == ("a",)
    assert place(knex, files, f"{command} --migrations-directory b").directories == ("b",)
    assert place(knex, files, f"{command} --migrations-directory b", directory="c").directories == ("c",)
    assert place(knex, files, command, table="t").table == "t"


def test_typeorm_has_the_folders_of_the_patterns() -> None:
    text = "new DataSource({ type: 'postgres', migrations: [__dirname + '/../migrations/*{.ts,.js}'], schema: 'app' })"

    found = place(typeorm, {"dist/config/source.js": text}, "typeorm migration:run -d dist/config/source.js")

    assert (found.directories, found.table) == (("dist/migrations",), "app.migrations")


@pytest.mark.parametrize(
    "text",
    ["migrations: [First, Second]", "migrations: ['dist/*/migrations/*.js']", "entities: []", "migrations: load()"],
)
def test_typeorm_that_lists_classes_or_many_folders_is_unsure(text: str) -> None:
    with pytest.raises(Unsure):
        place(typeorm, {"dist/data-source.js": f"new DataSource({{ {text} }})"})


def test_typeorms_folder_of_fairway_toml_needs_no_data_source() -> None:
    found = place(typeorm, directory="dist/migrations")

    assert (found.directories, found.table) == (("dist/migrations",), "migrations")


def test_sequelize_reads_its_options_and_its_configuration() -> None:
    files = {
        ".sequelizerc": "module.exports = { 'migrations-path': path.resolve('db', 'migrate'), config: 'db/c.json' }",
        "db/c.json": '{"production": {"migrationStorageTableName": "done", "migrationStorageTableSchema": "app"}}',
    }

    found = place(sequelize, files)

    assert (found.directories, found.table) == (("db/migrate",), "app.done")


def test_sequelize_that_keeps_a_file_is_unsure() -> None:
    with pytest.raises(Unsure, match="in a file"):
        place(sequelize, {"config/config.json": '{"production": {"migrationStorage": "json"}}'})


def test_node_pg_migrate_reads_its_options() -> None:
    found = place(node_pg_migrate, command="node-pg-migrate up -m db/up -t done --migrations-schema app")

    assert (found.directories, found.table) == (("db/up",), "app.done")


def test_node_pg_migrate_by_a_pattern_is_unsure() -> None:
    with pytest.raises(Unsure):
        place(node_pg_migrate, command="node-pg-migrate up --use-glob -m 'db/**/*.js'")


def test_drizzle_reads_its_configuration() -> None:
    text = "export default defineConfig({ out: './db/out', migrations: { table: 'done', schema: 'app' } })"

    found = place(drizzle, {"drizzle.config.ts": text})

    assert (found.directories, found.table, found.options["schema"]) == (("db/out",), "done", "app")


@pytest.mark.parametrize(
    ("files", "command", "directory"),
    [
        ({}, "prisma migrate deploy", "prisma/migrations"),
        ({"schema.prisma": ""}, "prisma migrate deploy", "migrations"),
        ({}, "prisma migrate deploy --schema db/schema.prisma", "db/migrations"),
        ({"package.json": '{"prisma": {"schema": "x/y.prisma"}}'}, "prisma migrate deploy", "x/migrations"),
        ({"prisma.config.ts": "defineConfig({ migrations: { path: 'here' } })"}, "prisma migrate deploy", "here"),
    ],
)
def test_prismas_migrations_lie_beside_its_schema(files: dict[str, str], command: str, directory: str) -> None:
    assert place(prisma, files, command).directories == (directory,)


HEAD, TABLE = "alembic upgrade head", "alembic_version"
LOCATION = "[alembic]\nscript_location = db\n"


@pytest.mark.parametrize(
    ("files", "command", "directories", "table"),
    [
        ({"alembic.ini": "[alembic]\nscript_location = db\nprepend = %(x)s\n"}, HEAD, ("db/versions",), TABLE),
        ({"a/b.ini": "[alembic]\nscript_location = %(here)s/db\n"}, "alembic -c a/b.ini upgrade heads",
         ("a/db/versions",), TABLE),
        ({"migrations/alembic.ini": "[alembic]\n"}, "flask db upgrade", ("migrations/versions",), TABLE),
        ({"alembic.ini": "[alembic]\nscript_location = shop.db:m\n"}, HEAD, ("shop/db/m/versions",), TABLE),
        ({"alembic.ini": f"{LOCATION}version_locations = db/a db/b\n"}, HEAD, ("db/a", "db/b"), TABLE),
        ({"pyproject.toml": '[tool.alembic]\nscript_location = "%(here)s/db"\n[tool.x]\n'}, HEAD,
         ("db/versions",), TABLE),
        ({"alembic.ini": LOCATION, "db/env.py": 'f(version_table="v", version_table_schema="s")'}, HEAD,
         ("db/versions",), "s.v"),
    ],
)  # fmt: skip
def test_alembic_reads_its_configuration(
    files: dict[str, str], command: str, directories: tuple[str, ...], table: str
) -> None:
    found = place(alembic, files, command)

    assert (found.directories, found.table) == (directories, table)


@pytest.mark.parametrize("command", ["alembic upgrade +1", "alembic upgrade ae10"])
def test_alembic_that_goes_elsewhere_than_to_the_newest_is_unsure(command: str) -> None:
    with pytest.raises(Unsure, match="not to the newest"):
        place(alembic, {"alembic.ini": "[alembic]\nscript_location = db\n"}, command)


def test_alembic_whose_table_is_computed_is_unsure() -> None:
    files = {"alembic.ini": "[alembic]\nscript_location = db\n", "db/env.py": "context.configure(version_table=NAME)"}

    with pytest.raises(Unsure, match=r"migrations\.table"):
        place(alembic, files, "alembic upgrade head")


SITE = "/usr/local/lib/python3.12/site-packages"
PROJECT = {
    "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')",
    "orders/__init__.py": "",
    "people/__init__.py": "",
    "people/apps.py": "class PeopleConfig(AppConfig):\n    name = 'people'\n    label = 'staff'\n",
    f"{SITE}/django/__init__.py": "",
    f"{SITE}/django/contrib/auth/__init__.py": "",
}


@pytest.mark.parametrize(
    "text",
    [
        "INSTALLED_APPS = ['django.contrib.auth', 'orders', 'people.apps.PeopleConfig']",
        "LOCAL_APPS = ['orders', 'people']\nINSTALLED_APPS = ('django.contrib.auth', *LOCAL_APPS)",
        "INSTALLED_APPS = ['orders']\nif DEBUG:\n    INSTALLED_APPS += ['people']\n"
        "INSTALLED_APPS.append('django.contrib.auth')",
    ],
)
def test_django_has_the_folders_of_every_app(text: str) -> None:
    found = place(django, {**PROJECT, "shop/settings.py": text}, "python manage.py migrate")

    assert dict(found.options) == {
        f"{SITE}/django/contrib/auth/migrations": "auth",
        "orders/migrations": "orders",
        "people/migrations": "staff",
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("INSTALLED_APPS = env.list('APPS')", "computes"),
        ("INSTALLED_APPS = ['orders', *find_apps()]", "computes"),
        ("INSTALLED_APPS = ['elsewhere']", "elsewhere"),
        ("DEBUG = True", "no INSTALLED_APPS"),
        ("include('apps.py')", "include"),
        ("from .base import *\nINSTALLED_APPS = ['orders']", "shop.base"),
        ("MIGRATION_MODULES = here()\nINSTALLED_APPS = ['orders']", "MIGRATION_MODULES"),
        ("INSTALLED_APPS = [", "Python"),
    ],
)
def test_django_whose_apps_are_computed_is_unsure(text: str, why: str) -> None:
    with pytest.raises(Unsure, match=why):
        place(django, {**PROJECT, "shop/settings.py": text}, "python manage.py migrate")


@pytest.mark.parametrize("end", ["migrate orders", "migrate --fake", "migrate --database other"])
def test_django_that_migrates_a_part_is_unsure(end: str) -> None:
    with pytest.raises(Unsure, match="a part only"):
        place(django, {**PROJECT, "shop/settings.py": "INSTALLED_APPS = ['orders']"}, f"python manage.py {end}")


@pytest.mark.parametrize("tool", [each for each in READERS if each is not Tool.DJANGO])
def test_a_folder_that_is_not_there_is_unsure_and_not_empty(tool: Tool) -> None:
    reader = READERS[tool]
    somewhere = Place(directories=("migrations",), table="t", options={"mode": "all", "schema": "s", "heads": "one"})

    with pytest.raises(Unsure, match="migrations"):
        reader.read(somewhere, {})


def test_a_link_in_the_folder_is_unsure_since_the_tool_follows_it() -> None:
    folder = Folder(files={"1.js": b""}, unread=frozenset({"2.js"}))

    with pytest.raises(Unsure, match=r"migrations/2\.js"):
        knex.read(Place(directories=("migrations",), table="t"), {"migrations": folder})

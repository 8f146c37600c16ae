"""One small project for each migration tool: the same three migrations, written as its users write them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fairway.domain.migrations import Tool

CREATE = "CREATE TABLE orders (id integer PRIMARY KEY, code text)"
COUPON = "ALTER TABLE orders ADD COLUMN coupon text"
INDEX = "CREATE INDEX orders_code ON orders (code)"
UNDO = ("DROP TABLE orders", "ALTER TABLE orders DROP COLUMN coupon", "DROP INDEX orders_code")
BROKEN = "ALTER TABLE nowhere ADD COLUMN coupon text"
UP = (CREATE, COUPON, INDEX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """`common` are the files beside the migrations; `write` gives those of the migrations that run these statements.
    `names` are what the tool's table calls them. `whole`: the tool runs all that is pending in one transaction, so that
    a failure in the middle leaves nothing. `down` None: the tool has no way back."""

    tool: Tool
    names: tuple[str, ...]
    common: Mapping[str, str]
    write: Callable[[tuple[str, ...]], Mapping[str, str]]
    up: tuple[str, ...]
    down: tuple[str, ...] | None
    whole: bool


def knex(statements: tuple[str, ...]) -> Mapping[str, str]:
    return {
        f"db/migrations/{name}": f"exports.up = (knex) => knex.raw({json.dumps(up)});\n"
        f"exports.down = (knex) => knex.raw({json.dumps(down)});\n"
        for name, up, down in zip(KNEX.names, statements, UNDO, strict=False)
    }


KNEX = Sample(
    tool=Tool.KNEX,
    names=("20260101000000_orders.js", "20260102000000_coupon.js", "20260103000000_index.js"),
    common={
        "package.json": '{"scripts": {"migrate": "knex migrate:latest --knexfile db/knexfile.js"}}',
        "db/knexfile.js": "module.exports = {\n  client: 'pg',\n  connection: process.env.DATABASE_URL,\n"
        "  // directory: './elsewhere' was the old one\n"
        "  migrations: { directory: './migrations', tableName: 'changes' },\n};\n",
    },
    write=knex,
    up=("npm", "run", "migrate"),
    down=("npx", "knex", "migrate:down", "--knexfile", "db/knexfile.js"),
    whole=True,
)


def sequelize(statements: tuple[str, ...]) -> Mapping[str, str]:
    return {
        f"database/migrations/{name}": "module.exports = {\n"
        f"  async up(queryInterface) {{ await queryInterface.sequelize.query({json.dumps(up)}); }},\n"
        f"  async down(queryInterface) {{ await queryInterface.sequelize.query({json.dumps(down)}); }},\n}};\n"
        for name, up, down in zip(SEQUELIZE.names, statements, UNDO, strict=False)
    }


SEQUELIZE = Sample(
    tool=Tool.SEQUELIZE,
    names=("20260101000000-orders.js", "20260102000000-coupon.js", "20260103000000-index.js"),
    common={
        "package.json": "{}",
        ".sequelizerc": "const path = require('path');\nmodule.exports = {\n"
        "  config: path.resolve('database', 'config.js'),\n"
        "  'migrations-path': path.resolve('database', 'migrations'),\n};\n",
        "database/config.js": "const url = process.env.DATABASE_URL;\n"
        "module.exports = { development: { url, dialect: 'postgres' } };\n",
    },
    write=sequelize,
    up=("npx", "sequelize-cli", "db:migrate"),
    down=("npx", "sequelize-cli", "db:migrate:undo"),
    whole=False,
)


def typeorm(statements: tuple[str, ...]) -> Mapping[str, str]:
    return {
        f"dist/migrations/{place}.js": '"use strict";\n'
        f"class {name} {{\n  constructor() {{ this.name = '{name}'; }}\n"
        f"  async up(queryRunner) {{ await queryRunner.query({json.dumps(up)}); }}\n"
        f"  async down(queryRunner) {{ await queryRunner.query({json.dumps(down)}); }}\n}}\nexports.{name} = {name};\n"
        for place, name, up, down in zip("abc", TYPEORM.names, statements, UNDO, strict=False)
    }


TYPEORM = Sample(
    tool=Tool.TYPEORM,
    names=("Orders1767225600000", "Coupon1767312000000", "Index1767398400000"),
    common={
        "package.json": "{}",
        "dist/data-source.js": "const { DataSource } = require('typeorm');\n"
        "module.exports.source = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL, entities: [],\n"
        "  migrations: [__dirname + '/migrations/*.js'] });\n",
    },
    write=typeorm,
    up=("npx", "typeorm", "migration:run", "-d", "dist/data-source.js"),
    down=("npx", "typeorm", "migration:revert", "-d", "dist/data-source.js"),
    whole=True,
)


def node_pg_migrate(statements: tuple[str, ...]) -> Mapping[str, str]:
    written = {
        f"migrations/{name}.sql": f"-- Up Migration\n{up};\n-- Down Migration\n{down};\n"
        for name, up, down in zip(NODE_PG_MIGRATE.names, statements, UNDO, strict=False)
    }
    first = f"migrations/{NODE_PG_MIGRATE.names[0]}"
    del written[f"{first}.sql"]
    code = f"exports.up = (pgm) => pgm.sql({json.dumps(statements[0])});\nexports.down = false;\n"
    return {f"{first}.js": code, **written}


NODE_PG_MIGRATE = Sample(
    tool=Tool.NODE_PG_MIGRATE,
    names=("1767225600000_orders", "1767312000000_coupon", "1767398400000_index"),
    common={"package.json": '{"scripts": {"migrate": "node-pg-migrate up"}}'},
    write=node_pg_migrate,
    up=("npm", "run", "migrate"),
    down=("npx", "node-pg-migrate", "down"),
    whole=True,
)


def drizzle(statements: tuple[str, ...]) -> Mapping[str, str]:
    names = DRIZZLE.names[: len(statements)]
    entries = [
        {"idx": place, "version": "7", "when": 1767225600000 + place, "tag": name, "breakpoints": True}
        for place, name in enumerate(names)
    ]
    journal = {"version": "7", "dialect": "postgresql", "entries": entries}
    return {
        "drizzle/meta/_journal.json": json.dumps(journal),
        **{
            f"drizzle/{name}.sql": f"{up};\n--> statement-breakpoint\nSELECT 1;"
            for name, up in zip(names, statements, strict=True)
        },
    }


DRIZZLE = Sample(
    tool=Tool.DRIZZLE,
    names=("0000_orders", "0001_coupon", "0002_index"),
    common={
        "package.json": '{"dependencies": {"drizzle-orm": "0.45.4"}}',
        "migrate.mjs": "import { drizzle } from 'drizzle-orm/node-postgres';\n"
        "import { migrate } from 'drizzle-orm/node-postgres/migrator';\nimport pg from 'pg';\n"
        "const client = new pg.Client(process.env.DATABASE_URL);\nawait client.connect();\n"
        "try { await migrate(drizzle(client), { migrationsFolder: 'drizzle' }); } finally { await client.end(); }\n",
    },
    write=drizzle,
    up=("node", "migrate.mjs"),
    down=None,
    whole=True,
)


def alembic(statements: tuple[str, ...]) -> Mapping[str, str]:
    before = (None, *ALEMBIC.names)
    return {
        f"migrations/versions/{name}_x.py": f'"""One."""\nfrom alembic import op\n\nrevision: str = "{name}"\n'
        f"down_revision = {before[place]!r}\nbranch_labels = None\ndepends_on = None\n\n\n"
        f"def upgrade() -> None:\n    op.execute({up!r})\n\n\ndef downgrade() -> None:\n    op.execute({down!r})\n"
        for place, (name, up, down) in enumerate(zip(ALEMBIC.names, statements, UNDO, strict=False))
    }


ALEMBIC = Sample(
    tool=Tool.ALEMBIC,
    names=("a1f0", "0b2e", "77cd"),
    common={
        "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\n",
        "migrations/env.py": "import os\nfrom alembic import context\nfrom sqlalchemy import create_engine\n\n"
        "with create_engine(os.environ['DATABASE_URL'].replace('postgresql:', 'postgresql+psycopg:')).connect() as c:\n"
        "    context.configure(connection=c, version_table='versions_of_shop')\n"
        "    with context.begin_transaction():\n        context.run_migrations()\n",
    },
    write=alembic,
    up=("python", "-m", "alembic", "upgrade", "head"),
    down=("python", "-m", "alembic", "downgrade", "-1"),
    whole=True,
)


def django(statements: tuple[str, ...]) -> Mapping[str, str]:
    written = {"shop/orders/__init__.py": "", "shop/orders/migrations/__init__.py": ""}
    for place, (name, up, down) in enumerate(zip(DJANGO.names, statements, UNDO, strict=False)):
        needs = [("orders", DJANGO.names[place - 1].partition(".")[2])] if place else [("contenttypes", "0001_initial")]
        written[f"shop/orders/migrations/{name.partition('.')[2]}.py"] = (
            "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
            f"    dependencies = {needs!r}\n"
            f"    operations = [migrations.RunSQL({up!r}, {down!r})]\n"
        )
    return written


DJANGO = Sample(
    tool=Tool.DJANGO,
    names=("orders.0001_initial", "orders.0002_coupon", "orders.0003_index"),
    common={
        "manage.py": "import os, sys\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.production')\n"
        "from django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
        "shop/__init__.py": "",
        "shop/settings/__init__.py": "",
        "shop/settings/base.py": "SECRET_KEY = 'x'\nUSE_TZ = True\n"
        "THIRD_APPS = ['django.contrib.contenttypes']\nINSTALLED_APPS = THIRD_APPS + ['shop.orders']\n",
        "shop/settings/production.py": "import os\nfrom urllib.parse import urlsplit\nfrom .base import *\n\n"
        "url = urlsplit(os.environ['DATABASE_URL'])\nif url.scheme == 'sqlite':\n"
        "    DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': url.path}}\nelse:\n"
        "    DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': url.path[1:],\n"
        "        'USER': url.username, 'HOST': url.hostname, 'PORT': url.port}}\n",
    },
    write=django,
    up=("python", "manage.py", "migrate", "--noinput"),
    down=("python", "manage.py", "migrate", "orders", "0002"),
    whole=False,
)

ALL = (KNEX, SEQUELIZE, TYPEORM, NODE_PG_MIGRATE, DRIZZLE, ALEMBIC, DJANGO)

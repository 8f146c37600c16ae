"""A shop's database and its running release, against which the tests judge migrations."""

from typing import Any

from fairway.domain.address import Engine
from fairway.domain.catalog import Schema, Standing, Table
from fairway.domain.ground import Ground, Nulls, Repeated, Source
from fairway.domain.migrations import Migrations

MB = 1024 * 1024
SETTINGS = Migrations(command=("npm", "run", "migrate"))
STANDING = Standing(
    engine=Engine.POSTGRES,
    version="15.18",
    bytes=1500 * MB,
    tables=(
        Table(name="public.orders", rows=4_000_000, bytes=1200 * MB),
        Table(name="public.order_lines", rows=9_000_000, bytes=800 * MB),
        Table(name="public.users", rows=1204, bytes=600 * 1024),
        Table(name="public.coupons", rows=1204, bytes=300 * 1024),
        Table(name="public.drafts", rows=0, bytes=16 * 1024),
    ),
)
SCHEMA = Schema(
    objects={
        "column public.orders.email": "character varying(200)",
        "column public.orders.number": "integer NOT NULL",
        "column public.orders.price": "numeric(10,2) DEFAULT 0",
        "column public.orders.coupon_code": "text",
    }
)
SOURCE = Source(
    release="release 17",
    files={
        "src/orders.js": 'import { db } from "./db.js";\n\nconst all = "SELECT id, coupon_code FROM orders";\n',
        "src/models/OrderLine.ts": "@Entity()\nexport class OrderLine {\n  @Column() couponCode: string;\n}\n",
        "migrations/001_start.js": "exports.up = k => k.schema.createTable('drafts')\n",
    },
)
ANSWERS = {
    Nulls(table="coupons", column="code"): 3,
    Nulls(table="coupons", column="name"): 1,
    Nulls(table="orders", column="email"): 0,
    Repeated(table="coupons", columns=("name",)): 1,
    Repeated(table="orders", columns=("number",)): 12,
}


def make_ground(**changes: Any) -> Ground:
    """The shop's, of PostgreSQL, with everything known but a rehearsal."""
    values: dict[str, Any] = {
        "engine": Engine.POSTGRES,
        "settings": SETTINGS,
        "standing": STANDING,
        "schema": SCHEMA,
        "source": SOURCE,
        "answers": ANSWERS,
    }
    return Ground(**{**values, **changes})


def make_sqlite_ground(**changes: Any) -> Ground:
    """The same shop in a file of SQLite."""
    tables = tuple(
        Table(name=each.name.partition(".")[2], rows=each.rows, bytes=each.bytes) for each in STANDING.tables
    )
    standing = Standing(engine=Engine.SQLITE, version="3.40.1", bytes=1500 * MB, tables=tables)
    return make_ground(**{"engine": Engine.SQLITE, "standing": standing, "schema": None, **changes})

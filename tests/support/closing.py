"""An app whose release can't run on the schema of the next one: it counts a column that the next one renames."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from support.world import THOUGHT, Project, World, create_project

TOML = """
[databases.main]
engine = "postgres"
version = "15"
memory = "256M"

[migrations]
tool = "sql"
directory = "migrations"
policy = "warn"

[[migrations.smoke]]
path = "/orders"

[services.web]
port = 3000
health = { path = "/healthz", start_period = "10s", interval = "1s" }
"""
SERVER = """\
const http = require('http')
const { Pool } = require('pg')
const column = require('./column')
const pool = new Pool({ connectionString: process.env.DATABASE_URL })
const server = http.createServer(async (request, response) => {
  if (request.url === '/healthz') return response.end('ok')
  try {
    const { rows } = await pool.query(`SELECT count(${column}) AS count FROM orders`)
    response.end(`${column} ${rows[0].count}`)
  } catch (error) {
    response.statusCode = 500
    response.end(error.message)
  }
}).listen(process.env.PORT, '0.0.0.0')
process.on('SIGTERM', () => server.close(() => process.exit(0)))
"""
PACKAGE = """\
{ "name": "closing", "private": true, "dependencies": { "pg": "8.16.3" }, "scripts": { "start": "node server.js" } }
"""
FILES = {
    "server.js": SERVER,
    "package.json": PACKAGE,
    "column.js": "module.exports = 'code'\n",
    "migrations/1_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, code text);\n",
}
RENAME = {
    "migrations/2_reference.sql": "ALTER TABLE orders RENAME COLUMN code TO reference;\n",
    "column.js": "module.exports = 'reference'\n",
}


def begin(world: World, app: str, toml: str = TOML) -> Project:
    """The app, live with nine orders."""
    made = create_project(world, app, toml=toml, files=FILES, dockerfile=False)
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    filled = made.fairway(
        "db", "psql", "-e", "production", "-c", "INSERT INTO orders SELECT n, 'c' || n FROM generate_series(1, 9) n"
    )
    assert filled.status == 0, filled.text
    return made


@contextmanager
def visited(project: Project) -> Iterator[Counter[str]]:
    """Requests, one after the other, as long as the context lasts, by what came of them."""
    seen: Counter[str] = Counter()
    over = threading.Event()

    def visit() -> None:
        while not over.wait(THOUGHT):
            status, body = project.get("/orders")
            page = status == 503 and "Back in a moment" in body
            seen["the page" if page else f"{status} {body}"] += 1

    visitor = threading.Thread(target=visit)
    visitor.start()
    try:
        yield seen
    finally:
        over.set()
        visitor.join()

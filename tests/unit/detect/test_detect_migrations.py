"""What `fairway init` proposes for an app that has a migration tool."""

import pytest

from support import detect_room

SERVER = "require('http').createServer(() => {}).listen(process.env.PORT || 3000)"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {
                "package.json": '{"scripts": {"start": "node server.js"}, "dependencies": {"knex": "3.0.0"}}',
                "knexfile.js": "",
            },
            'Knex can go through the migration guard: [migrations] command = "npx --no-install knex migrate:latest", '
            'down = "npx --no-install knex migrate:rollback"',
        ),
        (
            {"package.json": '{"scripts": {"start": "node server.js", "db:up": "drizzle-kit migrate"}}'},
            'Drizzle can go through the migration guard: [migrations] command = "npm run db:up"',
        ),
        (
            {"package.json": '{"scripts": {"start": "node server.js", "up": "typeorm migration:run -d a/b.ts"}}'},
            'TypeORM can go through the migration guard: [migrations] command = "npm run up"',
        ),
    ],
)
def test_the_way_into_the_guard_is_said(files: dict[str, str], said: str) -> None:
    found = detect_room.detected({**files, "server.js": SERVER})

    assert said in found.notes


@pytest.mark.parametrize(
    "package",
    [
        '{"scripts": {"start": "node server.js"}}',
        '{"scripts": {"start": "node server.js"}, "dependencies": {"knex": "3.0.0", "typeorm": "0.3.0"}}',
        '{"scripts": {"start": "prisma db push && node server.js"}}',
        '{"scripts": {"start": "node server.js"}, "dependencies": {"knex": "3.0.0", "postgrator": "8.0.0"}}',
    ],
)
def test_where_no_tool_is_plain_nothing_is_proposed(package: str) -> None:
    found = detect_room.detected({"package.json": package, "server.js": SERVER})

    assert not any("migration guard" in note for note in found.notes)

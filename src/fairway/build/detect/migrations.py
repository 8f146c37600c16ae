"""The tool that migrates the database, and the variable that holds its URL, for what `fairway init` says."""

import re

from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Evidence

TOOLS = (
    (re.compile(r"(^|/)knexfile\.[cm]?[jt]s$"), "Knex"),
    (re.compile(r"(^|/)prisma/migrations/migration_lock\.toml$"), "Prisma"),
    (re.compile(r"(^|/)\.sequelizerc$"), "Sequelize"),
    (re.compile(r"(^|/)(ormconfig\.\w+|data-source\.[jt]s)$"), "TypeORM"),
    (re.compile(r"(^|/)drizzle\.config\.[cm]?[jt]s$"), "Drizzle"),
    (re.compile(r"(^|/)mikro-orm\.config\.[cm]?[jt]s$"), "MikroORM"),
    (re.compile(r"(^|/)migrate-mongo-config\.[cm]?js$"), "migrate-mongo"),
    (re.compile(r"(^|/)alembic\.ini$"), "Alembic"),
)
DATABASES = re.compile(
    r"""(?:process\.env(?:\.|\[['"])|environ(?:\.get\(|\[)\s*['"]|getenv\(\s*['"]|env\(\s*['"])"""
    r"""((?:[A-Z]+_)*(?:DATABASE_URL|DB_URL|POSTGRES_URL|MONGO_URL|MONGODB_URI|MONGO_URI|MONGODB_URL|DB_URI|DATABASE_URI))\b"""
)


def find(tree: Tree, sources: tuple[Source, ...]) -> tuple[Evidence, ...]:
    """What is known about the app's database."""
    found: list[Evidence] = []
    for pattern, tool in TOOLS:
        if path := next((path for path in tree.files() if pattern.search(path)), None):
            found.append(Evidence(what=f"migrations by {tool}", where=path))
            break
    for source in sources:
        if match := DATABASES.search(source.text):
            found.append(Evidence(what=f"database: {match[1]}", where=source.where(match.start())))
            break
    return tuple(found)

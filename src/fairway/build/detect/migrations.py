"""The tool that migrates the database, and the variable that holds its URL, for what `fairway init` says.

What it proposes is a line for fairway.toml and no setting of its own: from the moment that `[migrations]` is there a
release waits for the guard.
"""

import re

from fairway.build.detect import package_json
from fairway.build.detect.clue import Clue
from fairway.build.detect.source import Source
from fairway.build.detect.tree import Tree
from fairway.domain import migration_tools
from fairway.domain.detection import Evidence, Kind

TOOLS = (
    (re.compile(r"(^|/)knexfile\.[cm]?[jt]s$"), "Knex"),
    (re.compile(r"(^|/)prisma/migrations/migration_lock\.toml$"), "Prisma"),
    (re.compile(r"(^|/)\.sequelizerc$"), "Sequelize"),
    (re.compile(r"(^|/)(ormconfig\.\w+|data-source\.[jt]s)$"), "TypeORM"),
    (re.compile(r"(^|/)drizzle\.config\.[cm]?[jt]s$"), "Drizzle"),
    (re.compile(r"(^|/)mikro-orm\.config\.[cm]?[jt]s$"), "MikroORM"),
    (re.compile(r"(^|/)migrate-mongo-config\.[cm]?js$"), "migrate-mongo"),
    (re.compile(r"(^|/)alembic\.ini$"), "Alembic"),
    (re.compile(r"(^|/)migrations/0001_\w+\.py$"), "Django"),
    (re.compile(r"(^|/)drizzle/meta/_journal\.json$"), "Drizzle"),
)
DATABASES = Clue(
    r"""(?:process\.env(?:\.|\[['"])|environ(?:\.get\(|\[)\s*['"]|getenv\(\s*['"]|env\(\s*['"])"""
    r"""((?:[A-Z]+_)*(?:DATABASE_URL|DB_URL|POSTGRES_URL|MONGO_URL|MONGODB_URI|MONGO_URI|MONGODB_URL|DB_URI|DATABASE_URI))\b""",
    *("DATABASE_UR", "DB_UR", "POSTGRES_URL", "MONGO_UR", "MONGODB_UR"),
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


def propose(tree: Tree, kind: Kind) -> str:
    """A sentence with what `[migrations]` would say, "" where no tool is plain."""
    try:
        package = package_json.read(tree)
    except ValueError:
        package = None
    scripts, packages = (package.scripts, package.everything) if package else ({}, {})
    files = [path for path in tree.files() if path != "manage.py" or has_django(tree)]
    found = migration_tools.propose(files, scripts, packages)
    if found is None or kind is Kind.UNKNOWN:
        return ""
    return f"{migration_tools.KNOWN[found.tool].name} can go through the migration guard: {found.text}"


def has_django(tree: Tree) -> bool:
    """Whether an app of the project has migrations."""
    return any(re.search(r"(^|/)migrations/0001_\w+\.py$", path) for path in tree.files())

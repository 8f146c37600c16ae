"""Rules about which files the repository has, and what its scripts do."""

import re
from collections.abc import Iterator

from fairway.build.contract import given
from fairway.build.detect import package_json
from fairway.build.detect.tree import Tree
from fairway.domain.audit import Finding
from fairway.domain.detection import Detection, Kind, parted

HARMLESS = re.compile(r"(?i)(^|[./_-])(test|tests|ci|e2e|vault|schema|defaults?)(\.|$)|\.d\.ts$")
"""Env files that hold no environment's values as a rule."""
FIXTURES = re.compile(r"(^|/)(tests?|__tests__|fixtures|e2e|examples?|samples?|docs?)/", re.IGNORECASE)
ASSIGNED = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(\S.*)$", re.MULTILINE)
MIGRATES = re.compile(
    r"\b(prisma (migrate deploy|db push)|knex migrate|sequelize(-cli)? db:migrate|typeorm [^&|;]{0,200}migration:run|"
    r"migration:run|drizzle-kit (migrate|push)|mikro-orm migration:up|migrate-mongo up|node-pg-migrate up|"
    r"db-migrate up|alembic upgrade|manage\.py migrate|flask db upgrade|npm run (db:)?migrate|yarn (db:)?migrate|"
    r"pnpm (run )?(db:)?migrate)\b"
)
SCRIPTS = re.compile(r"(^|/)(docker-)?(entrypoint|start|run|boot)[\w.-]*\.sh$")
STARTS = ("prestart", "start", "start:prod", "start:production", "start:staging")


def env_files(tree: Tree) -> Iterator[Finding]:
    """Env files with values that git has, or would take with the next commit."""
    for path in tree.files():
        if (
            not given.ENV_FILE.search(path)
            or given.EXAMPLE.search(path)
            or FIXTURES.search(path)
            or HARMLESS.search(path)
        ):
            continue
        if found := ASSIGNED.search(given.text_of(tree, path)):
            line = given.text_of(tree, path).count("\n", 0, found.start(1)) + 1
            yield Finding(
                rule="env-file-committed",
                file=path,
                line=line,
                what=f"git has this file, or would take it; it sets {found[1]}",
            )


def lock_file(found: Detection) -> Iterator[Finding]:
    """A package manager without a lock file."""
    if found.kind is not Kind.UNKNOWN and found.packages is not None and found.packages.lock is None:
        file = found.packages.where.split(" ")[0].partition(":")[0]
        yield Finding(rule="no-lock-file", file=file, line=0, what="there is no lock file beside it")


def migrations(tree: Tree, found: Detection) -> Iterator[Finding]:
    """A start that migrates the database."""
    prefix = "" if found.directory == "." else f"{found.directory}/"
    try:
        package = package_json.read(tree, f"{prefix}package.json")
    except ValueError:
        package = None
    for name in STARTS:
        if package is not None and (match := MIGRATES.search(package.scripts.get(name, ""))):
            file, number = parted(package.where(name, f"{prefix}package.json"))
            yield Finding(
                rule="migration-in-start", file=file, line=number, what=f'the script "{name}" runs {match[0]}'
            )
    for path in tree.files():
        text = given.text_of(tree, path) if SCRIPTS.search(path) and path.count("/") <= prefix.count("/") + 1 else ""
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.lstrip().startswith("#") and (match := MIGRATES.search(line)):
                yield Finding(rule="migration-in-start", file=path, line=number, what=f"it runs {match[0]}")

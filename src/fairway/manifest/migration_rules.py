"""Rules about `migrations`: what its keys need of each other, and of the services."""

from fairway.domain.migrations import CopyBy, Tool, Undoing
from fairway.manifest import migration_translate
from fairway.manifest.lines import Path
from fairway.manifest.migration_schema import MigrationsTable
from fairway.manifest.problems import Problems, nearest
from fairway.manifest.schema import FileTable


def check(table: FileTable, problems: Problems) -> None:
    """Check the table that holds for all, and each environment's with what it takes from that one."""
    if table.migrations is not None:
        check_table(("migrations",), table.migrations, table.migrations, table, problems)
    for name, content in table.environments.items():
        if content.migrations is not None:
            path: Path = ("environments", name, "migrations")
            merged = migration_translate.merge(table.migrations, content.migrations)
            check_table(path, content.migrations, merged or content.migrations, table, problems)


def check_table(
    path: Path, own: MigrationsTable, merged: MigrationsTable, table: FileTable, problems: Problems
) -> None:
    """Check what `own` has written, as it holds together with the rest."""
    if own.tool == Tool.COMMAND and merged.command is None:
        message = "of a tool that is known by its command alone, the command has to be written"
        problems.add((*path, "tool"), message, 'command = "npm run migrate"', because_of=[(*path, "command")])
    check_smoke(path, own, table, problems)
    if own.restore == "automatic" and merged.backup is False:
        message = "without a backup there is nothing to restore"
        problems.add((*path, "restore"), message, "backup = true", because_of=[(*path, "backup")])
    check_way_back(path, own, merged, problems)
    check_copy(path, own, table, problems)
    for rule in sorted((own.policies or {}).keys() & (merged.silence or {}).keys()):
        message = f"the rule {rule} is silenced, so that its policy has no meaning"
        problems.add((*path, "policies"), message, "keep one of the two", because_of=[(*path, "silence")])


def check_way_back(path: Path, own: MigrationsTable, merged: MigrationsTable, problems: Problems) -> None:
    """What is to be taken back by itself has a way back that is rehearsed. A folder of SQL files has its own."""
    if own.on_failure != Undoing.BACK:
        return
    place: Path = (*path, "on_failure")
    if merged.down is None and merged.tool != Tool.SQL:
        message = "without a way back nothing can be taken back"
        fix = 'down = "npx knex migrate:rollback"; of a folder of SQL files: tool = "sql"'
        problems.add(place, message, fix, because_of=[(*path, "down"), (*path, "tool")])
    for key in ("backup", "rehearse"):
        if getattr(merged, key) is False:
            message = "only a way back that was rehearsed, on a backup, is ever gone"
            problems.add(place, message, f"{key} = true", because_of=[(*path, key)])


def check_copy(path: Path, own: MigrationsTable, table: FileTable, problems: Problems) -> None:
    """A snapshot is RDS's: `aws_migration_rules` has what else it needs."""
    if own.copy_by == CopyBy.SNAPSHOT and table.aws is None:
        message = "a snapshot is what RDS makes of a database, and a server's databases are not there"
        problems.add((*path, "copy_by"), message, 'leave it out, or copy_by = "dump"', because_of=[("aws",)])


def check_smoke(path: Path, own: MigrationsTable, table: FileTable, problems: Problems) -> None:
    """Each request has a path, and names a service that there is."""
    services = set(table.services) or {"web"}
    for number, smoke in enumerate(own.smoke):
        place: Path = (*path, "smoke", number)
        if smoke.path is None:
            problems.add(place, "a smoke request needs a path", 'path = "/orders"', because_of=[(*place, "path")])
        if smoke.service is not None and smoke.service not in services:
            close = nearest(smoke.service, services)
            hint = f'the nearest one is "{close}"' if close else ""
            message = f'there is no service "{smoke.service}"'
            problems.add((*place, "service"), message, hint, because_of=[("services",)])

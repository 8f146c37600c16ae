"""`fairway db`: databases, their backups, and what is done with them. Each command is a module of its own, imported
when it is called."""

from collections.abc import Mapping

import click

from fairway.cli.lazily import LazyGroup

HERE = "fairway.cli.commands"
COMMANDS: Mapping[str, str] = {
    "list": f"{HERE}.db_list:list_",
    "show": f"{HERE}.db_list:show",
    "psql": f"{HERE}.db_psql:psql",
    "clone": f"{HERE}.db_clone:clone",
    "delete": f"{HERE}.db_delete:delete",
    "backup": f"{HERE}.db_backup:backup",
    "backups": f"{HERE}.db_backups:backups",
    "restore": f"{HERE}.db_restore:restore",
    "verify": f"{HERE}.db_verify:verify",
    "drill": f"{HERE}.db_verify:drill",
    "follow": f"{HERE}.db_verify:follow",
}
"""Where each command is, in the order in which they are listed."""


@click.group("db", cls=LazyGroup, places=COMMANDS)
def db() -> None:
    """Look at databases, back them up, restore them, and see that it would work."""

"""`fairway db`: databases, their backups, and what is done with them. Each command is a module of its own, imported
when it is called."""

import importlib
from collections.abc import Mapping

import click

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


class Database(click.Group):
    """Finds its commands in the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, None when there is no such one."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group("db", cls=Database)
def db() -> None:
    """Look at databases, back them up, restore them, and see that it would work."""

"""`fairway aws`: the app on AWS's own services. Each command is a module of its own, imported when it is called."""

import importlib
from collections.abc import Mapping

import click

HERE = "fairway.cli.commands"
COMMANDS: Mapping[str, str] = {
    "up": f"{HERE}.aws_up:up",
    "plan": f"{HERE}.aws_plan:plan",
    "status": f"{HERE}.aws_status:status",
    "export": f"{HERE}.aws_export:export",
    "down": f"{HERE}.aws_down:down",
}
"""Where each command is, in the order in which they are listed."""


class Cloud(click.Group):
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


@click.group("aws", cls=Cloud)
def aws() -> None:
    """Run the app on AWS: what would change and cost, make it, take it down.

    No Fairway server is needed: the credentials are your own, as AWS's tools find them, and fairway.toml's [aws] says
    where.
    """

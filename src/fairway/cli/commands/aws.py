"""`fairway aws`: the app on AWS's own services. Each command is a module of its own, imported when it is called."""

from collections.abc import Mapping

import click

from fairway.cli.lazily import LazyGroup

HERE = "fairway.cli.commands"
COMMANDS: Mapping[str, str] = {
    "up": f"{HERE}.aws_up:up",
    "plan": f"{HERE}.aws_plan:plan",
    "status": f"{HERE}.aws_status:status",
    "exec": f"{HERE}.aws_exec:execute",
    "export": f"{HERE}.aws_export:export",
    "down": f"{HERE}.aws_down:down",
}
"""Where each command is, in the order in which they are listed."""


@click.group("aws", cls=LazyGroup, places=COMMANDS)
def aws() -> None:
    """Run the app on AWS: what would change and cost, make it, go into it, take it down.

    No Fairway server is needed: the credentials are your own, as AWS's tools find them, and fairway.toml's [aws] says
    where.
    """

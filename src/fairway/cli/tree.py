"""The command tree: the commands of the static table, each with its help from there."""

import click

from fairway.cli import lazily
from fairway.cli.lazily import LazyGroup
from fairway.cli.table import COMMANDS

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Tree(LazyGroup):
    """The whole of it."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, None when there is no such one."""
        return load(cmd_name) if cmd_name in COMMANDS else None


def load(name: str) -> click.Command:
    """Import the command of that name, with its help from the table."""
    command = lazily.load(COMMANDS[name].place)
    command.short_help = COMMANDS[name].help
    return command


def build() -> click.Group:
    """The whole tree."""
    return Tree(
        "fairway",
        help="Push to master and it is live.",
        context_settings=SETTINGS,
        places={name: entry.place for name, entry in COMMANDS.items()},
        hidden=frozenset(name for name, entry in COMMANDS.items() if not entry.section),
    )

"""The command tree: a group that imports a command's module when that command is called, not before."""

import importlib

import click

from fairway.cli.table import COMMANDS

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(click.Group):
    """Finds its commands in the static table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands that are shown, in the table's order."""
        return [name for name, entry in COMMANDS.items() if entry.section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, None when there is no such one."""
        return load(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was typed. Raises click's UsageError with the nearest one."""
        if args and args[0] not in COMMANDS:
            import difflib

            close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            raise click.UsageError(
                f'there is no command "{args[0]}"' + (f"; the nearest is {close[0]}" if close else "")
            )
        return super().resolve_command(ctx, args)


def load(name: str) -> click.Command:
    """Import the command of that name."""
    module, _, attribute = COMMANDS[name].place.partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    command.short_help = COMMANDS[name].help
    return command


def build() -> click.Group:
    """The whole tree."""
    return LazyGroup("fairway", help="Push to master and it is live.", context_settings=SETTINGS)

"""A group of commands that imports a command's module when that command is called, not before."""

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """Finds its commands in a table: `places` has each one's place (`module:name`), in the order in which they are
    listed; those in `hidden` are not."""

    def __init__(self, *arguments: Any, places: Mapping[str, str], hidden: frozenset[str] = frozenset(), **named: Any):
        super().__init__(*arguments, **named)
        self._places = places
        self._hidden = hidden

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands that are shown."""
        return [name for name in self._places if name not in self._hidden]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, None when there is no such one."""
        return load(self._places[cmd_name]) if cmd_name in self._places else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was typed. Raises click's UsageError with the nearest one."""
        if args and args[0] not in self._places:
            import difflib

            close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            raise click.UsageError(
                f'there is no command "{args[0]}"' + (f"; the nearest is {close[0]}" if close else "")
            )
        return super().resolve_command(ctx, args)


def load(place: str) -> click.Command:
    """Import the command that is at `module:name`."""
    module, _, attribute = place.partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    return command

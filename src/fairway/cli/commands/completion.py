"""`fairway completion SHELL`: the script that lets a shell complete commands and options."""

import click

from fairway.cli import output
from fairway.errors import UsageError

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell")
def completion(shell: str) -> None:
    """Print the completion script for SHELL (bash, zsh or fish): eval "$(fairway completion bash)"."""
    from click import shell_completion

    from fairway.cli import tree

    kind = shell_completion.get_completion_class(shell)
    if kind is None:
        raise UsageError(f"there is no completion for {shell}", hint=f"one of {', '.join(SHELLS)}")
    output.put(kind(tree.build(), {}, "fairway", "_FAIRWAY_COMPLETE").source())

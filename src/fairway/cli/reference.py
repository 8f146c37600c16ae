"""The page of the documentation about the commands, made from the commands themselves."""

import inspect

import click

from fairway.cli import table, tree

INTRODUCTION = """\
# Commands

<!-- Made from the commands' own help by `python docs/generate.py`: change that, not this page. -->

Every command that reads takes `--json` and then prints one JSON document on standard output and nothing else there.
Data goes to standard output, talk to standard error; colour is used on terminals only. `--debug` adds the place where
an error arose. No command waits for ever: what waits takes `--timeout`.

| exit status | meaning |
|---|---|
| 0 | done |
| 1 | the work failed: a build, a test, a deployment |
| 2 | the call or the configuration was wrong |
| 3 | the server could not be reached |
| 130 | stopped by Ctrl-C; what runs on the server goes on |

`fairway exec` passes on the exit status of its command; with `--new` it is 1 when the command could not be started.
"""


def markdown() -> str:
    """The page."""
    root = click.Context(tree.build(), info_name="fairway")
    parts = [INTRODUCTION]
    section = ""
    for name, entry in table.COMMANDS.items():
        if not entry.section:
            continue
        if entry.section != section:
            section = entry.section
            parts.append(f"## {section}\n")
        parts += describe(tree.load(name), root, name, level=3)
    return "\n".join(parts).rstrip() + "\n"


def describe(command: click.Command, parent: click.Context, name: str, *, level: int) -> list[str]:
    """A command's heading, usage, help and options, and its own commands below it."""
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join(command.collect_usage_pieces(context))
    parts = [f"{'#' * level} {context.command_path}\n", f"```\n{context.command_path} {usage}\n```\n"]
    parts.append(inspect.cleandoc(command.help or "") + "\n")
    if rows := [option_row(context, option) for option in command.params if isinstance(option, click.Option)]:
        parts += ["| option | meaning |\n|---|---|", *rows, ""]
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            if found := command.get_command(context, inner):
                parts += describe(found, context, inner, level=level + 1)
    return parts


def option_row(context: click.Context, option: click.Option) -> str:
    """`| `-a`, `--app TEXT` | The app. … |`."""
    names, meaning = option.get_help_record(context) or ("", "")
    return f"| `{names}` | {meaning.replace('|', chr(92) + '|')} |"

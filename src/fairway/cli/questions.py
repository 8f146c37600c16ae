"""Questions to the user: asked on a terminal, answered by `--yes`, and never waited for where nobody can answer."""

import sys

import click

from fairway.errors import UsageError


def confirm(question: str, *, yes: bool) -> None:
    """Return when the answer is yes. Raises Abort on no, UsageError where nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("this needs an answer, and there is no terminal to ask on", why=question, hint="--yes")
    click.confirm(question, abort=True, err=True)


def typed(question: str, *, option: str, want: str) -> str:
    """What was typed, for what is too easily answered with yes. Raises UsageError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise UsageError(
            "this needs an answer, and there is no terminal to ask on", why=question, hint=f"{option} {want}"
        )
    return str(click.prompt(question, err=True))


def secret(name: str) -> str:
    """A value that is typed without being shown. Raises UsageError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise UsageError(
            f"the value of {name} is missing, and there is no terminal to ask on",
            hint=f"fairway env set {name} --from-stdin < FILE",
        )
    return str(click.prompt(name, hide_input=True, err=True))

"""How an error looks on a terminal: what, why, and what to do, in lines that begin with these words."""

import dataclasses
import sys
from collections.abc import Sequence

import click

from fairway.cli import output
from fairway.errors import FairwayError, UsageError, WorkFailed
from fairway.wire import progress


def lines(error: FairwayError) -> list[str]:
    """`Error` what, its findings or log, `Why`, `Hint` and `Docs`, each with its label where it begins."""
    result = [*labelled("Error", error.what), *labelled("Why", error.why)]
    if isinstance(error, UsageError) and error.findings:
        findings = [dataclasses.asdict(finding) for finding in error.findings]
        result += ["", *(f"  {line}" for line in progress.finding_lines(findings)), ""]
    if isinstance(error, WorkFailed):
        result += labelled("Log", "\n".join(error.log))
    return [*result, *labelled("Hint", error.hint), *labelled("Docs", error.docs)]


def labelled(label: str, text: str) -> list[str]:
    """The text's lines behind a label at the left margin."""
    return [line[2:] for line in progress.labelled(label, text.splitlines())]


def show(error: FairwayError) -> None:
    """Print an error."""
    output.say_lines(lines(error), style="error")


def show_call(error: click.ClickException) -> None:
    """Print what is wrong with the call itself: an unknown option, a missing argument, a group without its command."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        output.say(error.format_message())
        return
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "fairway"
    show(UsageError(error.format_message().rstrip("."), hint=f"{path} --help"))


def show_defect(error: Exception, arguments: Sequence[str]) -> None:
    """Print that Fairway itself is at fault, without a stack trace."""
    command = arguments[0] if arguments else ""
    show(
        FairwayError(
            f"fairway {command} came upon a defect of its own",
            why=f"{type(error).__name__}: {error}",
            hint="the same command with --debug shows where",
        )
    )
    sys.stderr.flush()

"""The front door: what was typed comes in, an exit status goes out, and every error is told in the same way.

`fairway --help` and `--version` are answered from the static table, before anything else is imported.
"""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from fairway.cli import table

DEBUG = "--debug"
INTERRUPTED = 130
UNDER_WAY = "Stopped; what the server was asked for before goes on there: fairway status"
NOT_BEGUN = "Stopped before anything was done"


def run() -> None:
    """Run the command that was typed, and leave with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        speak(stream)
    sys.exit(main(sys.argv[1:]))


def speak(stream: object) -> None:
    """Let a stream take every text, whatever the locale: what is piped is UTF-8, as JSON is; a terminal that has not
    all characters shows a question mark for the others."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def main(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status: 0 to 3, or 130 after Ctrl-C."""
    debug, rest = take_debug(arguments)
    completing = "_FAIRWAY_COMPLETE" in os.environ
    if not completing and (not rest or rest[0] in ("--help", "-h", "help")) and len(rest) <= 1:
        return write(table.help_text())
    if rest == ["--version"]:
        return write(f"fairway {version()}\n")
    return dispatch(rest, debug=debug)


def write(text: str) -> int:
    """Put a text on standard output, of which nothing is known yet; the exit status."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        return leave_out()
    except OSError as error:
        sys.stderr.write(f"Error   standard output can't be written to\nWhy     {(error.strerror or '').lower()}\n")
        return 1
    return 0


def take_debug(arguments: Sequence[str]) -> tuple[bool, list[str]]:
    """Whether `--debug` stands among the arguments (before any `--`), and the others."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    rest = [argument for argument in arguments[:end] if argument != DEBUG]
    return len(rest) < end, [*rest, *arguments[end:]]


def dispatch(arguments: list[str], *, debug: bool) -> int:
    """Call the command and turn whatever it raises into lines on standard error and a status."""
    import click

    from fairway.cli import errors, output, tree
    from fairway.errors import FairwayError

    try:
        status = tree.build().main(args=arguments, prog_name="fairway", standalone_mode=False)
    except FairwayError as error:
        errors.show(error)
        return _raise_when(debug, error) or error.exit_status
    except click.ClickException as error:
        errors.show_call(error)
        return _raise_when(debug, error) or 2
    except (click.Abort, KeyboardInterrupt, EOFError) as error:
        # click makes an Abort of Ctrl-C, and of a question that was answered by it or by no; the latter have no cause.
        begun = isinstance(error.__cause__ or error, KeyboardInterrupt)
        sys.stderr.write(f"{UNDER_WAY if begun else NOT_BEGUN}\n")
        return INTERRUPTED
    except output.Unread:
        return leave_out()
    except Exception as error:  # noqa: BLE001 - the last boundary: a defect is told as one, its trace with --debug
        errors.show_defect(error, arguments)
        return _raise_when(debug, error) or 1
    return status if isinstance(status, int) else 0


def leave_out() -> int:
    """The reader of our output (`| head`) has gone; Python must not complain about it once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _raise_when(debug: bool, error: Exception) -> int:
    if debug:
        raise error
    return 0


def version() -> str:
    """The installed version."""
    from importlib import metadata

    try:
        return metadata.version("fairway")
    except metadata.PackageNotFoundError:
        return "(from a checkout)"

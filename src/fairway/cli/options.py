"""The options that several commands share, so that one word means one thing everywhere."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

LIMIT = 20

F = TypeVar("F", bound=Callable[..., Any])

app = click.option("--app", "-a", "application", help="The app. Default: that of fairway.toml, or of the git remote.")
environment = click.option("--environment", "-e", help="The environment. Default: the only one, or production.")
as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document on standard output, and nothing else there."
)
service = click.option("--service", "-s", help="The variables of this service alone. Default: of the environment.")
no_restart = click.option("--no-restart", is_flag=True, help="Leave the tasks that run as they are.")
yes = click.option("--yes", "-y", is_flag=True, help="Answer every question with yes.")
no_wait = click.option("--no-wait", is_flag=True, help="Don't wait for the end; it goes on on the server.")
limit = click.option(
    "--limit",
    "-n",
    metavar="NUMBER",
    type=click.IntRange(1, 500),
    default=LIMIT,
    help=f"Show at most so many. Default: {LIMIT}.",
)


def timeout(default: str = "1h") -> Callable[[F], F]:
    """`--timeout`, with the time after which the command stops waiting by itself."""
    return click.option(
        "--timeout", metavar="DURATION", default=default, help=f"Stop waiting after this time. Default: {default}."
    )

"""`fairway db psql`: psql in the database's own container, so of its version. No password is needed or shown."""

import sys
from typing import Any
from urllib.parse import urlencode

import click

from fairway.cli import here, options
from fairway.cli.commands import exec as conversation


@click.command("psql")
@options.app
@options.environment
@click.option("--database", "-d", metavar="NAME", help="Which one, where the environment has several.")
@click.option("--command", "-c", "sql", metavar="SQL", multiple=True, help="Run this and end. May be given again.")
def psql(application: str | None, environment: str | None, database: str | None, sql: tuple[str, ...]) -> None:
    """Open psql in a database that Fairway runs.

    On a terminal it is interactive; else it reads SQL from standard input, or runs what --command gives. The exit
    status is psql's own; with --command and without a terminal it ends at the first error.
    """
    place = here.find(application)
    tty = not sql and sys.stdin.isatty()
    words = [] if tty else ["--no-psqlrc", "--set", "ON_ERROR_STOP=1"]
    for statement in sql:
        words += ["--command", statement]
    query: dict[str, Any] = {"environment": place.environment(environment), "command": words}
    query |= {"name": database} if database else {}
    query |= {"tty": "true"} if tty else {}
    code = conversation.converse(place, urlencode(query, doseq=True), tty=tty, parts=("databases", "psql"))
    raise click.exceptions.Exit(code)

"""`fairway db backups`: which backups there are, and whether they were proven."""

import time

import click

from fairway.cli import here, kept, options, output


@click.command("backups")
@options.app
@click.option("--environment", "-e", help="Only this environment. Default: all.")
@options.limit
@options.as_json
def backups(application: str | None, environment: str | None, limit: int, as_json: bool) -> None:
    """List the backups, newest first: VERIFIED ones were restored and compared with the database."""
    place = here.find(application)
    document = place.client.get(place.path("backups"), {"environment": environment, "limit": limit})
    if output.answer_json(as_json, document):
        return
    now = time.time()
    rows = [kept.row(backup, now) for backup in document["backups"]]
    output.put_table(kept.HEADINGS, rows, empty="there are no backups yet: fairway db backup")

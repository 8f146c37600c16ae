"""`fairway db backup`: a backup now, proven."""

import click

from fairway.cli import durations, errands, here, options

VARIABLE = click.option(
    "--variable", metavar="NAME", help="The variable that holds the database's URL. Default: the one in fairway.toml."
)


@click.command("backup")
@options.app
@options.environment
@VARIABLE
@options.no_wait
@options.timeout("6h")
@options.as_json
def backup(
    application: str | None,
    environment: str | None,
    variable: str | None,
    no_wait: bool,
    timeout: str,
    as_json: bool,
) -> None:
    """Back an environment's database up, restore the backup into a scratch database, and compare the two.

    The database stays in use. Only a backup that was compared is VERIFIED; one that can't be fails the command.
    """
    patience = durations.seconds("--timeout", timeout)
    place = here.find(application)
    body = {"environment": place.environment(environment), "variable": variable}
    done = errands.begin(place, place.path("backups"), body, no_wait=no_wait, timeout=patience, as_json=as_json)
    if done and not as_json:
        errands.tell(done)

"""`fairway db restore`: a backup takes the place of what a database has, once it was said what that loses."""

import click

from fairway.cli import durations, errands, here, options, output, questions
from fairway.cli.commands.db_backup import VARIABLE
from fairway.cli.commands.db_verify import NUMBER
from fairway.wire import words

SHOWN = 20
"""How many tables are listed."""


@click.command("restore")
@NUMBER
@options.app
@click.option("--into", metavar="ENVIRONMENT", help="The environment that gets it. Default: the backup's own.")
@VARIABLE
@click.option("--no-backup", is_flag=True, help="Don't back up first what the database has now.")
@click.option("--confirm", metavar="ENVIRONMENT", help="The environment's name, as the question would have it typed.")
@options.no_wait
@options.timeout("6h")
@options.as_json
def restore(
    number: int,
    application: str | None,
    into: str | None,
    variable: str | None,
    no_backup: bool,
    confirm: str | None,
    no_wait: bool,
    timeout: str,
    as_json: bool,
) -> None:
    """Put BACKUP in the place of what a database has: all of it, or nothing.

    Says first which writes since the backup would be lost, and asks for the environment's name. What the database has
    is backed up before, so that the restore can be taken back. The app goes on meanwhile; what it writes until the
    replacement is lost as well.
    """
    patience = durations.seconds("--timeout", timeout)
    place = here.find(application)
    query = {"into": into, "variable": variable}
    loss = place.client.get(place.path("backups", number, "loss"), query)
    tell_loss(loss, saved=not no_backup)
    question = f"Type the name of the environment to restore into {loss['source']}"
    typed = confirm or questions.typed(question, option="--confirm", want=loss["environment"])
    body = {**query, "confirm": typed, "save": not no_backup}
    path = place.path("backups", number, "restore")
    done = errands.begin(place, path, body, no_wait=no_wait, timeout=patience, as_json=as_json)
    if done and not as_json:
        errands.tell(done)


def tell_loss(loss: errands.Json, *, saved: bool) -> None:
    """Say what would be lost."""
    backup, where = loss["backup"], f"{loss['variable']} of {loss['environment']}"
    held = f"{backup['rows']:,} rows in {words.count(backup['tables'], 'table')}"
    output.say(f"Backup {backup['number']} of {backup['environment']}, {held}, takes the place of {where}")
    if not loss["writes"]:
        output.say("  Nothing was written since it was made")
        return
    output.say("  What was written since it was made would be lost:")
    for sentence in loss["writes"][:SHOWN]:
        output.say(f"    {output.clean(sentence)}")
    if len(loss["writes"]) > SHOWN:
        output.say(f"    and {len(loss['writes']) - SHOWN} more tables")
    if saved:
        output.say("  A backup of it is made first")
    else:
        output.say("  No backup of it is made (--no-backup): it is lost for good")

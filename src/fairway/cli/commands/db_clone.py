"""`fairway db clone`: what one environment's database has, in the place of what another's has."""

import click

from fairway.cli import durations, errands, here, options, output, questions
from fairway.cli.commands.db_backup import VARIABLE
from fairway.errors import UsageError

PRODUCTION = "production"


@click.command("clone")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@options.app
@VARIABLE
@click.option("--no-backup", is_flag=True, help="Don't back up first what the database of TO has now.")
@click.option("--confirm", metavar="TO", help="The environment's name, which production wants typed.")
@options.yes
@options.timeout("6h")
@options.as_json
def clone(
    source: str,
    target: str,
    application: str | None,
    variable: str | None,
    no_backup: bool,
    confirm: str | None,
    yes: bool,
    timeout: str,
    as_json: bool,
) -> None:
    """Copy the database of FROM into that of TO.

    A backup of FROM is made and proven, and then takes the place of all that the database of TO has, whole or not at
    all. Both stay in use. What TO has is backed up before. Onto production it wants the environment's name, which --yes
    does not stand for.
    """
    if source == target:
        raise UsageError("FROM and TO are the same environment", hint="fairway db clone production staging")
    patience = durations.seconds("--timeout", timeout)
    place = here.find(application)
    place.require_environment(source)
    place.require_environment(target)
    typed = ask(source, target, confirm, yes=yes)
    body = {"environment": source, "variable": variable}
    made = errands.begin(place, place.path("backups"), body, no_wait=False, timeout=patience, as_json=False)
    number = (made or {})["errand"]["backup"]
    output.say(f"  backup {number} of {source} is proven; it takes the place of what {target} has")
    onto = {"into": target, "variable": variable, "confirm": typed, "save": not no_backup}
    path = place.path("backups", number, "restore")
    done = errands.begin(place, path, onto, no_wait=False, timeout=patience, as_json=as_json)
    if done and not as_json:
        errands.tell(done)


def ask(source: str, target: str, confirm: str | None, *, yes: bool) -> str:
    """The name of the target, as it was typed where that is asked for. Raises UsageError when it is another one."""
    if target == PRODUCTION and confirm is None:
        confirm = questions.typed(
            f"All that the database of {target} has is replaced by what {source} has. Type {target} to go on",
            option="--confirm",
            want=target,
        )
    if confirm is None:
        questions.confirm(f"Replace all that the database of {target} has by what {source} has?", yes=yes)
        return target
    if confirm != target:
        raise UsageError(
            f"the name of the environment is {target}",
            why=f"{confirm!r} was typed, and all that its database has would be replaced",
            hint=f"--confirm {target}",
        )
    return confirm

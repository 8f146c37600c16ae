"""`fairway db verify` and `drill`: a backup is restored to see that it can be; `follow` comes back to such work."""

import click

from fairway.cli import durations, errands, here, options
from fairway.cli.here import Place
from fairway.errors import NotFound

NUMBER = click.argument("number", type=click.IntRange(min=1), metavar="BACKUP")


@click.command("verify")
@NUMBER
@options.app
@options.no_wait
@options.timeout("6h")
@options.as_json
def verify(number: int, application: str | None, no_wait: bool, timeout: str, as_json: bool) -> None:
    """Restore BACKUP into a scratch database, and compare that with what was backed up.

    A backup whose file was changed is FAILED afterwards. Neither the database nor the app notices anything.
    """
    place = here.find(application)
    restore(place, number, "verify", no_wait=no_wait, timeout=timeout, as_json=as_json)


@click.command("drill")
@click.argument("number", type=click.IntRange(min=1), required=False, metavar="[BACKUP]")
@options.app
@options.environment
@options.no_wait
@options.timeout("6h")
@options.as_json
def drill(
    number: int | None, application: str | None, environment: str | None, no_wait: bool, timeout: str, as_json: bool
) -> None:
    """Restore a backup as one would have to in earnest, and note how long that took.

    Without a number, the newest one of the environment that is VERIFIED. fairway db backups shows the last drill.
    """
    place = here.find(application)
    chosen = number or newest(place, place.environment(environment))
    restore(place, chosen, "drill", no_wait=no_wait, timeout=timeout, as_json=as_json)


@click.command("follow")
@click.argument("number", type=click.IntRange(min=1), metavar="NUMBER")
@options.app
@options.timeout("6h")
@options.as_json
def follow(number: int, application: str | None, timeout: str, as_json: bool) -> None:
    """Come back to a backup, restore, verification or drill that goes on on the server, and see it to its end."""
    patience = durations.seconds("--timeout", timeout)
    place = here.find(application)
    known = place.client.get(place.path("errands"))["errands"]
    errand = next((each for each in known if each["number"] == number), None)
    if errand is None:
        raise NotFound(
            f"there is no work {number} under way",
            why="it ended long ago, or the server was started again since",
            hint="what came of it: fairway db backups",
        )
    done = errands.follow(place, errand, timeout=patience, as_json=as_json)
    if not as_json:
        errands.tell(done)


def restore(place: Place, number: int, what: str, *, no_wait: bool, timeout: str, as_json: bool) -> None:
    """Begin it and see it through."""
    patience = durations.seconds("--timeout", timeout)
    path = place.path("backups", number, what)
    done = errands.begin(place, path, None, no_wait=no_wait, timeout=patience, as_json=as_json)
    if done and not as_json:
        errands.tell(done)


def newest(place: Place, environment: str) -> int:
    """The newest one that is VERIFIED. Raises NotFound."""
    found = place.client.get(place.path("backups"), {"environment": environment, "limit": 500})["backups"]
    for backup in found:
        if backup["verdict"] == "VERIFIED":
            return int(backup["number"])
    raise NotFound(f"{environment} has no backup that is VERIFIED", hint=f"fairway db backup -e {environment}")

"""`fairway scale web=4`: how many tasks each service has, until the next deployment says otherwise."""

import click

from fairway.cli import here, options, output
from fairway.errors import UsageError


@click.command("scale")
@click.argument("services", nargs=-1, required=True, metavar="SERVICE=TASKS...")
@options.app
@options.environment
@options.as_json
def scale(services: tuple[str, ...], application: str | None, environment: str | None, as_json: bool) -> None:
    """Set how many tasks a service has, until the next deployment or rollback: then fairway.toml rules again.

    It is recorded at once; fairway ps shows the tasks come and go.
    """
    wanted = dict(read(text) for text in services)
    place = here.find(application)
    body = {"environment": place.environment(environment), "services": wanted}
    document = place.client.post(place.path("scale"), body)
    if output.answer_json(as_json, document):
        return
    for name, change in document["services"].items():
        output.say(f"{name}  {change['from']} → {change['to']}")
    output.say(f"{'Until':<8}the next deployment; replicas in fairway.toml lasts")
    output.say("Next    fairway ps")


def read(text: str) -> tuple[str, int]:
    """`web=4` → ("web", 4). Raises UsageError."""
    name, equals, count = text.partition("=")
    if name and equals and count.isascii() and count.isdigit() and int(count) <= 1000:
        return name, int(count)
    raise UsageError(
        f"{text} says no service and number", why="the number is from 0 to 1000", hint="fairway scale web=4"
    )

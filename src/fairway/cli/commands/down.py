"""`fairway down`: an environment's tasks are taken down; with `--delete` the app is forgotten altogether."""

import time

import click

from fairway.cli import durations, here, options, output, questions
from fairway.client import stream
from fairway.errors import Unreachable, WorkFailed


@click.command("down")
@options.app
@options.environment
@click.option(
    "--delete", is_flag=True, help="Every environment, and the app's releases, variables, logs, backups and repository."
)
@options.timeout("10m")
@options.yes
@options.as_json
def down(
    application: str | None, environment: str | None, delete: bool, timeout: str, yes: bool, as_json: bool
) -> None:
    """Take an environment off, or with --delete the whole app."""
    patience = durations.seconds("--timeout", timeout)
    place = here.find(application)
    if delete:
        questions.confirm(f"Take {place.app} down and delete its releases, variables, backups and repository?", yes=yes)
        texts = follow(place, "DELETE", place.path(), None, patience)
    else:
        name = place.environment(environment)
        questions.confirm(f"Take {name} of {place.app} down?", yes=yes)
        texts = follow(place, "POST", place.path("down"), {"environment": name}, patience)
    output.answer_json(as_json, {"app": place.app, "ok": True, "text": texts})


def follow(place: here.Place, method: str, path: str, body: object, timeout: float) -> list[str]:
    """Show what the server does, and return it. Raises WorkFailed when it did not succeed."""
    texts: list[str] = []
    deadline = time.monotonic() + timeout
    try:
        for message in stream.events(place.client, path, method=method, body=body, deadline=deadline):
            if message.get("text"):
                texts.append(str(message["text"]))
                output.say(f"  {output.clean(texts[-1])}")
            if message.get("type") == "end" and not message.get("ok"):
                raise WorkFailed(f"{place.app} could not be taken down altogether", log=texts[-5:], hint="fairway ps")
    except stream.Expired:
        raise WorkFailed("it is not down yet", why="it goes on on the server", hint="fairway ps") from None
    except stream.BrokenOff:
        raise Unreachable("the connection to the server broke off", hint="fairway ps shows what is left") from None
    return texts

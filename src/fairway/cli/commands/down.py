"""`fairway down`: an environment's tasks are taken down; with `--delete` the app is forgotten altogether."""

import time
from urllib.parse import urlencode

import click

from fairway.cli import durations, here, options, output, questions
from fairway.client import stream
from fairway.errors import Unreachable, UsageError, WorkFailed


@click.command("down")
@options.app
@options.environment
@click.option(
    "--delete", is_flag=True, help="Every environment, and the app's releases, variables, logs, backups and repository."
)
@click.option("--delete-data", "data", metavar="APP", help="With --delete: the app's name, if it has databases.")
@options.timeout("10m")
@options.yes
@options.as_json
def down(
    application: str | None,
    environment: str | None,
    delete: bool,
    data: str | None,
    timeout: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Take an environment off, or with --delete the whole app.

    Databases that Fairway runs stay with their data. With --delete an app that has databases or backups is left alone
    unless its name is typed, which --yes does not do.
    """
    patience = durations.seconds("--timeout", timeout)
    if data and not delete:
        raise UsageError("--delete-data goes with --delete", hint="fairway db delete NAME deletes a single database")
    place = here.find(application)
    if delete:
        questions.confirm(f"Take {place.app} down and delete its releases, variables, backups and repository?", yes=yes)
        path = place.path() + (f"?{urlencode({'data': typed})}" if (typed := ask_for_data(place, data)) else "")
        texts = follow(place, "DELETE", path, None, patience)
    else:
        name = place.environment(environment)
        questions.confirm(f"Take {name} of {place.app} down?", yes=yes)
        texts = follow(place, "POST", place.path("down"), {"environment": name}, patience)
    output.answer_json(as_json, {"app": place.app, "ok": True, "text": texts})


def ask_for_data(place: here.Place, data: str | None) -> str:
    """The app's name as it was typed, "" where it has no data that asks for it. On a terminal it is asked for."""
    if data:
        return data
    databases = place.client.get(place.path("databases"))["databases"]
    lost = [f"the database {each['name']} of {each['environment']}" for each in databases]
    if place.client.get(place.path("backups"), {"limit": 1})["backups"]:
        lost.append("its backups")
    if not lost:
        return ""
    question = f"The data is gone for good: {', '.join(lost)}. Type the app's name to delete it"
    return questions.typed(question, option="--delete-data", want=place.app)


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

"""`fairway db delete`: a database that fairway.toml has no more, with its data."""

import click

from fairway.cli import here, options, output, questions


@click.command("delete")
@click.argument("name")
@options.app
@options.environment
@click.option("--delete-data", "typed", metavar="APP", help="The app's name: the data is gone for good.")
@options.as_json
def delete(name: str, application: str | None, environment: str | None, typed: str | None, as_json: bool) -> None:
    """Delete a database with its data.

    It must not be in fairway.toml any more. Its backups stay.
    """
    place = here.find(application)
    chosen = place.environment(environment)
    question = f"The data of {name} of {chosen} is gone for good. Type the app's name to delete it"
    answer = typed or questions.typed(question, option="--delete-data", want=place.app)
    place.client.call("DELETE", place.path("databases", chosen, name), query={"data": answer})
    document = {"app": place.app, "environment": chosen, "database": name, "deleted": True}
    if not output.answer_json(as_json, document):
        output.say(f"the database {name} of {chosen} is deleted with its data")

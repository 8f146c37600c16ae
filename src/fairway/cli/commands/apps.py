"""`fairway apps`: what the server deploys."""

import time

import click

from fairway.cli import here, options, output
from fairway.domain import ids
from fairway.wire import words


@click.group(invoke_without_command=True)
@click.pass_context
@options.as_json
def apps(context: click.Context, as_json: bool) -> None:
    """List the apps, or create one."""
    if context.invoked_subcommand is None:
        context.invoke(show, as_json=as_json)


@apps.command("list")
@options.as_json
def show(as_json: bool) -> None:
    """List the apps."""
    document = here.client().get("/apps")
    if output.answer_json(as_json, document):
        return
    rows = [[item["name"], words.age(time.time() - item["created_at"])] for item in document["apps"]]
    output.put_table(("app", "created"), rows, empty="There are no apps yet; fairway up makes one")


@apps.command("create")
@click.argument("name")
@options.as_json
def create(name: str, as_json: bool) -> None:
    """Create an app, without deploying anything."""
    ids.check_name("app", name)
    document = here.client().post("/apps", {"name": name})
    if not output.answer_json(as_json, document):
        output.say(f"{name} created; git remote add fairway {document['git_url']}")

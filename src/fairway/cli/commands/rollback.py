"""`fairway rollback [RELEASE]`: an environment goes back to an earlier release, without a build."""

import click

from fairway.cli import durations, here, options, questions
from fairway.cli.commands import deploy
from fairway.errors import UsageError


@click.command("rollback")
@click.argument("release", type=int, required=False)
@options.app
@options.environment
@click.option("--accept-schema", is_flag=True, help="Go back although the database may have moved on beyond it.")
@click.option("--take-back", is_flag=True, help="Take back first what was migrated since, if that was rehearsed.")
@options.no_wait
@options.timeout()
@options.yes
@options.as_json
def rollback(
    release: int | None,
    application: str | None,
    environment: str | None,
    accept_schema: bool,
    take_back: bool,
    no_wait: bool,
    timeout: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Take an environment back to an earlier release, without a build, and watch the execution that does it.

    Without a number, to the last release before the present one that succeeded there. It is refused when the database
    was migrated since and nothing has shown that the earlier release runs on its present schema. What was migrated goes
    away with --take-back, data included; the environment is closed meanwhile.
    """
    if accept_schema and take_back:
        raise UsageError("--accept-schema and --take-back are two answers", hint="say one of them")
    patience = durations.seconds("--timeout", timeout)
    place = here.find(application)
    name = place.environment(environment)
    target = f"release {release}" if release is not None else "the release before"
    cost = f" What was migrated since goes away, data included, and {name} is closed meanwhile." if take_back else ""
    questions.confirm(f"Take {name} of {place.app} back to {target}?{cost}", yes=yes)
    body = {"environment": name, "release": release, "accept_schema": accept_schema, "take_back": take_back}
    execution = place.client.post(place.path("rollback"), body)
    deploy.finish(place, execution, no_wait=no_wait, timeout=patience, as_json=as_json)

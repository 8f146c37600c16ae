"""`fairway deploy [REF]`: an execution for a commit that the server has."""

from typing import Any

import click

from fairway.cli import durations, git, here, options, output, report
from fairway.errors import WorkFailed
from fairway.wire import progress


@click.command("deploy")
@click.argument("ref", required=False)
@options.app
@options.no_wait
@options.timeout()
@options.as_json
def deploy(ref: str | None, application: str | None, no_wait: bool, timeout: str, as_json: bool) -> None:
    """Start an execution for a commit that the server has, and watch it to its end.

    REF is a branch, a tag or a commit; without it, the branch that fairway.toml deploys.
    """
    patience = durations.seconds("--timeout", timeout)
    place = here.find(application)
    ref = ref or source_branch()
    execution = place.client.post(place.path("executions"), {"ref": ref})
    if application is None:
        tell_what_is_not_pushed(ref, execution)
    finish(place, execution, no_wait=no_wait, timeout=patience, as_json=as_json)


def finish(place: here.Place, execution: dict[str, Any], *, no_wait: bool, timeout: float, as_json: bool) -> None:
    """Watch the execution unless `no_wait`, print it, and end with 1 unless it succeeded."""
    if no_wait:
        output.say_lines([progress.head(execution)])
        output.say_lines(progress.labelled("Next", [f"fairway show {execution['number']} --watch"]))
    else:
        execution = report.watch_execution(place.client, execution, timeout=timeout)
    output.answer_json(as_json, execution)
    if progress.is_finished(execution) and execution["status"] != "SUCCEEDED":
        raise click.exceptions.Exit(WorkFailed.exit_status)


def source_branch() -> str:
    """The branch that fairway.toml deploys."""
    top = git.top_level()
    source = here.read_manifest(top).get("source") if top else None
    branch = source.get("branch") if isinstance(source, dict) else None
    return branch if isinstance(branch, str) else "master"


def tell_what_is_not_pushed(ref: str, execution: dict[str, Any]) -> None:
    """Say it when the user's own branch of that name is elsewhere than what is deployed."""
    top = git.top_level()
    local = git.run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", cwd=top, check=False) if top else None
    if local and local != execution["commit"]:
        output.say(
            f"{ref} is {local[:7]} here and {execution['commit'][:7]} on the server; "
            f"git push {git.REMOTE} {ref} deploys what is here"
        )

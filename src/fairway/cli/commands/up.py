"""`fairway up`: from a repository to a URL. Each step is said, and leaves alone what is already so."""

import time
from typing import Any

import click

from fairway import settings
from fairway.cli import contract, durations, git, here, options, output, preparation, report, serving
from fairway.cli.preparation import Repository
from fairway.client import connect
from fairway.domain import fulfilment_text
from fairway.errors import WorkFailed
from fairway.settings import Settings
from fairway.wire import progress, words

SERVER_TIMEOUT = 60.0
NO_DEPLOY = "fairway.no-deploy"


@click.command("up")
@options.app
@options.timeout()
@options.yes
@options.as_json
def up(application: str | None, timeout: str, yes: bool, as_json: bool) -> None:
    """Start the server if none runs, create the app, deploy this commit, print the URLs."""
    deadline = time.monotonic() + durations.seconds("--timeout", timeout)
    repository = preparation.inspect(application)
    configured = settings.read()
    start_server(configured)
    place = here.Place(client=connect.connect(configured), app=application or str(repository.described.name))
    preparation.claim(place, repository, configured)
    preparation.import_variables(place, repository)
    check_variables(place, repository)
    execution = send(place, repository, deadline)
    document = place.client.get(place.path())
    if not output.answer_json(as_json, {"app": place.app, "execution": execution, "status": document}):
        show_urls(document)
    if progress.is_finished(execution) and execution["status"] != "SUCCEEDED":
        raise click.exceptions.Exit(WorkFailed.exit_status)


def start_server(configured: Settings) -> None:
    """Start the server when none answers."""
    started = serving.start(configured, timeout=SERVER_TIMEOUT)
    how = f"started in {words.duration(started.seconds)}" if started.new else "runs"
    output.say(f"{'Server':<11}{how} (pid {started.pid}), {configured.url}")


def check_variables(place: here.Place, repository: Repository) -> None:
    """Say what the environments of the pipeline lack. Raises WorkFailed when that would stop the execution for sure,
    which is so when what is deployed is what lies here."""
    described = repository.described
    found = contract.read(repository.top, described)
    lacking = []
    for name in described.stages:
        environment = described.environment(name)
        findings = () if environment is None else contract.compare_server(found, environment, place)
        if missing := fulfilment_text.missing(name, findings):
            lacking.append(fulfilment_text.command(name, findings))
            output.say(f"{'Variables' if len(lacking) == 1 else '':<11}{output.clean(missing)}")
            output.say(f"{'':<11}{lacking[-1]}")
    if lacking and not repository.changed:
        raise WorkFailed(
            "nothing was deployed: required variables are missing",
            why="the code ends at its start without them",
            hint='set them, or say in fairway.toml that they may be missing: [contract] optional = ["NAME"]',
        )


def send(place: here.Place, repository: Repository, deadline: float) -> dict[str, Any]:
    """Bring the commit to the server and watch its execution to the end."""
    before = newest(place)
    branch = repository.described.source.branch
    refspec = f"{repository.commit}:refs/heads/{branch}"
    options_of_push = [] if repository.committed else [NO_DEPLOY]
    output.say(f"{'Push':<11}{words.commit(repository.commit)} as {branch}")

    def push() -> tuple[int, str]:
        # What the server says of a push that it shall only keep ("nothing is deployed") is not what comes of this one.
        quiet = not repository.committed
        left = max(1.0, deadline - time.monotonic())
        return git.push(repository.top, refspec, options=options_of_push, quiet=quiet, timeout=left)

    status, said = push()
    told = status == 0 or place.client.healthy()
    if not told:
        # It ended in the middle. Whether it has the commit only it can say, and one that it has is not sent again.
        report.wait_for_return(place.client, deadline)
        status, said = push()
    if status != 0:
        raise refused(said, branch)
    return follow(place, repository, before, deadline, told=told)


def refused(said: str, branch: str) -> WorkFailed:
    """The error for a push that was not taken, with git's own reason."""
    # A line of the porcelain report: "!", the refs, and what became of them, divided by tabs.
    reasons = [line.split("\t")[-1] for line in said.splitlines() if line.startswith("!")]
    hint = "fairway status"
    if any("fast-forward" in reason or "fetch first" in reason for reason in reasons):
        hint = f"git push --force {git.REMOTE} HEAD:{branch}   replaces what is there"
    elif any("shallow" in reason for reason in reasons):
        hint = "git fetch --unshallow   brings the commits that this clone was made without"
    return WorkFailed(f"git could not push to {git.REMOTE}", why="; ".join(reasons) or "git says why above", hint=hint)


def follow(
    place: here.Place, repository: Repository, before: dict[str, Any] | None, deadline: float, *, told: bool = True
) -> dict[str, Any]:
    """The execution that the push started, or one that is started now because the push started none. `told`: what the
    push started it has shown as well."""
    execution = newest(place)
    fresh = execution is not None and (before is None or execution["number"] > before["number"])
    if execution is None or not (fresh or is_under_way(execution, repository)):
        if execution is not None and execution["status"] == "SUCCEEDED" and is_live(place, repository):
            output.say(f"{'Live':<11}{words.commit(repository.commit)} is what runs already")
            return execution
        execution = start(place, repository)
        fresh = False
    if told and progress.is_finished(execution):
        # The push has shown it to its end, with its verdict.
        return execution
    return report.watch_execution(
        place.client, execution, timeout=max(1.0, deadline - time.monotonic()), heading=not (fresh and told)
    )


def start(place: here.Place, repository: Repository) -> dict[str, Any]:
    """Start an execution by hand, with the work tree's fairway.toml when the commit has none."""
    body: dict[str, Any] = {"ref": repository.commit}
    if not repository.committed:
        body["manifest"] = repository.text
        output.say(f"{'':<11}with the {here.MANIFEST} of the work tree: the commit has none; git add {here.MANIFEST}")
    execution: dict[str, Any] = place.client.post(place.path("executions"), body)
    return execution


def newest(place: here.Place) -> dict[str, Any] | None:
    """The app's newest execution, None when there is none."""
    found: list[dict[str, Any]] = place.client.get(place.path("executions"), {"limit": 1})["executions"]
    return found[0] if found else None


def is_under_way(execution: dict[str, Any], repository: Repository) -> bool:
    """Whether the execution works on this very commit at the moment."""
    return execution["commit"] == repository.commit and not progress.is_finished(execution)


def is_live(place: here.Place, repository: Repository) -> bool:
    """Whether every environment of the pipeline runs this commit."""
    environments = {env["name"]: env for env in place.client.get(place.path())["environments"]}
    stages = repository.described.stages
    return repository.committed and all(
        name in environments
        and environments[name]["commit"] == repository.commit
        and environments[name]["state"] in ("healthy", "degraded", "deploying")
        for name in stages
    )


def show_urls(document: dict[str, Any]) -> None:
    """The URLs of what serves."""
    output.say()
    for env in document["environments"]:
        for url in env["urls"] if env["state"] not in ("empty", "down", "closed") else []:
            output.put(f"{env['name']:<12} {url}")

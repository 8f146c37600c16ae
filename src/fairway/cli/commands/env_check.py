"""`fairway env check`: the variables that the code reads, against an env file or what the server has."""

from dataclasses import dataclass
from pathlib import Path

import click

from fairway.cli import contract, git, here, options, output, variables
from fairway.domain import fulfilment_text
from fairway.domain.app import App, Environment
from fairway.domain.contract import Contract
from fairway.domain.fulfilment import Finding
from fairway.errors import UsageError, WorkFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One environment, what it was compared with (a file, or "the server"), and the findings."""

    name: str
    against: str
    findings: tuple[Finding, ...]


@click.command("check")
@click.argument("environment", required=False, metavar="[ENVIRONMENT]")
@options.app
@click.option("--server", "of_server", is_flag=True, help="Compare with what the server has, not with the env files.")
@options.as_json
def check(environment: str | None, application: str | None, of_server: bool, as_json: bool) -> None:
    """Compare the variables that the code reads with an environment's. Without a name, with those of each environment.

    It reads the work tree and the env files that fairway.toml names (else `.env.ENVIRONMENT`), and needs no server. It
    ends with 1 when something is missing that the code can't start without.
    """
    top = git.folder()
    app = describe(top)
    chosen = choose(app, environment)
    found = contract.read(top, app)
    place = here.find(application) if of_server else None
    compared = [
        each for one in chosen if (each := compare(found, one, top, place, named=environment is not None)) is not None
    ]
    if not compared:
        raise UsageError(
            "there is nothing to compare the code with",
            why=f"none of the env files is here: {', '.join(file_of(each) for each in chosen)}",
            hint="fairway env check --server   compares with what the server has",
        )
    show(found, compared, as_json=as_json)
    if any(finding.stops for each in compared for finding in each.findings):
        raise click.exceptions.Exit(WorkFailed.exit_status)


def describe(top: Path) -> App:
    """The App of the fairway.toml that is here; without one everything is default. Raises UsageError with its
    findings."""
    from fairway.manifest import load

    file = top / here.MANIFEST
    if not file.is_file():
        return load.load('app = "app"\n')
    try:
        return load.load(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read", why=str(error)) from error


def choose(app: App, name: str | None) -> tuple[Environment, ...]:
    """The environments that are meant. Raises UsageError for one that there is not."""
    if name is None:
        return app.environments
    environment = app.environment(name)
    if environment is None:
        names = ", ".join(each.name for each in app.environments)
        raise UsageError(f'there is no environment "{output.clean(name)}"', hint=f"{here.MANIFEST} has {names}")
    return (environment,)


def file_of(environment: Environment) -> str:
    """The env file of an environment, from the repository's root."""
    return environment.env_file or f".env.{environment.name}"


def compare(
    found: Contract, environment: Environment, top: Path, place: here.Place | None, *, named: bool
) -> Compared | None:
    """Compare one environment; None, and said, when its env file is not here. Raises UsageError for one that was asked
    for by name."""
    if place is not None:
        findings = contract.compare_server(found, environment, place)
        return Compared(name=environment.name, against="the server", findings=findings)
    file = file_of(environment)
    if not (top / file).is_file():
        hint = f"fairway env check {environment.name} --server   compares with what the server has"
        if named:
            raise UsageError(f"{file} is not here", hint=hint)
        output.say(f"{environment.name} was not compared: {file} is not here; {hint}")
        return None
    findings = contract.compare_file(found, environment, variables.read_file(top / file))
    return Compared(name=environment.name, against=file, findings=findings)


def show(found: Contract, compared: list[Compared], *, as_json: bool) -> None:
    """Print what was found."""
    from fairway.wire import contract as shapes

    document = {
        "contract": shapes.keep(found),
        "environments": [
            {
                "name": each.name,
                "against": each.against,
                "findings": [shape.model_dump(mode="json") for shape in shapes.Finding.all(each.findings)],
            }
            for each in compared
        ],
    }
    if output.answer_json(as_json, document):
        return
    for each in compared:
        for line in lines(found, each):
            output.put(output.clean(line))
    if found.partial:
        output.say(f"Not all was read: {found.partial}")


def lines(found: Contract, compared: Compared) -> list[str]:
    """What is said of one environment."""
    told = fulfilment_text.warnings(compared.name, compared.findings)
    if missing := fulfilment_text.missing(compared.name, compared.findings):
        fix = fulfilment_text.command(compared.name, compared.findings)
        return [f"{missing}   ({compared.against})", *told, f"Next  {fix}"]
    count = len(found.required)
    noun = "variable" if count == 1 else "variables"
    return [f"{compared.name} has what the code can't start without: {count} {noun}   ({compared.against})", *told]

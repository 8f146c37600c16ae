"""What the commands `fairway aws` are about: the app of the folder that the user stands in, its variables, its account.

The app is read as the pipeline reads it, with what detection finds in the files where `fairway.toml` says nothing, so
that here and there the same stacks come out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fairway.cli import contract, detection, git, here, output, variables
from fairway.cli.app import INTERRUPTED, version
from fairway.domain import remotes
from fairway.domain.app import App
from fairway.domain.aws.seen import Caller
from fairway.domain.aws.stack import Stack
from fairway.domain.aws.wanted import Aws, Provider
from fairway.domain.fulfilment import Finding
from fairway.domain.ids import EnvironmentName
from fairway.errors import FairwayError, UsageError
from fairway.wire import progress

if TYPE_CHECKING:
    from fairway.provision.parts import Parts
    from fairway.provision.telling import Tell

DOCS = "docs/how-to/run-on-aws.md"
EXAMPLE_REGION, EXAMPLE_NAME = "eu-central-1", "acme/shop"

F = TypeVar("F", bound=Callable[..., Any])

Values = Mapping[EnvironmentName, Mapping[str, str]]
"""Variables by environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The repository's root, the app with its `[aws]`."""

    top: Path
    app: App
    aws: Aws


def profile_option(function: F) -> F:
    """`--profile`, which every one of these commands has."""
    decorate = click.option(
        "--profile", metavar="NAME", help="A profile of ~/.aws/config. Default: as AWS's own tools find credentials."
    )
    return decorate(function)


def find() -> Place:
    """The app here. Raises UsageError for a fairway.toml that is missing or wrong, or has no [aws]."""
    top = git.folder()
    app = describe(top)
    if app.aws is None:
        raise without_aws(app, top)
    return Place(top=top, app=app, aws=app.aws)


def describe(top: Path) -> App:
    """The app as its fairway.toml and its files describe it. Raises UsageError."""
    from fairway.manifest import load

    file = top / here.MANIFEST
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(f"there is no {here.MANIFEST} in {top}", hint="fairway init writes one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read", why=str(error)) from error
    folder = top / load.load(text).build.directory
    return load.load(text, defaults=detection.look(folder).defaults)


def without_aws(app: App, top: Path) -> UsageError:
    """The error for an app that says nothing of AWS, with what to write."""
    provider, name = repository_of(git.run("config", "--get", "remote.origin.url", cwd=top, check=False) or "")
    lines = (
        f"add this to {here.MANIFEST}, then fairway aws plan:",
        "",
        "[aws]",
        f'region = "{EXAMPLE_REGION}"',
        f'repository = {{ provider = "{provider}", name = "{name}" }}',
    )
    return UsageError(
        f"{app.name} is not for AWS yet", why=f"{here.MANIFEST} has no [aws]", hint="\n".join(lines), docs=DOCS
    )


def repository_of(url: str) -> tuple[str, str]:
    """The provider and `owner/name` of a remote, as [aws] has them; an example for what is at none of AWS's forges."""
    try:
        address = remotes.parse(url)
    except UsageError:
        return Provider.GITHUB.value.lower(), EXAMPLE_NAME
    forge = remotes.forge_of(address.host)
    known = {each.value.lower() for each in Provider}
    if forge is None or forge.value not in known:
        return Provider.GITHUB.value.lower(), EXAMPLE_NAME
    return forge.value, address.repository


def reach(place: Place, profile: str | None, tell: "Tell") -> "AbstractAsyncContextManager[Parts]":
    """The account; nothing is called yet."""
    from fairway.bootstrap import provisioning

    return provisioning.reach(place.aws.region, profile, tell)


async def identify(parts: "Parts", place: Place) -> Caller:
    """Who the credentials are. Raises UsageError for none, and for another account than [aws] names."""
    caller = await parts.account.caller()
    if place.aws.account is not None and caller.account != place.aws.account:
        raise UsageError(
            f"these credentials are for the account {caller.account}",
            why=f"{place.app.name} belongs to {place.aws.account} ([aws] account in {here.MANIFEST})",
            hint="--profile NAME takes another profile of ~/.aws/config; aws configure list-profiles lists them",
        )
    return caller


def read_files(place: Place) -> Values:
    """Each environment's variables from its `env_file`. Raises UsageError for a file that is wrong; one that is not
    here is said, and leaves what AWS has as it is: a clone without it must be able to go on."""
    found: dict[EnvironmentName, Mapping[str, str]] = {}
    for environment in place.app.environments:
        if environment.env_file is None:
            continue
        file = place.top / environment.env_file
        if file.is_file():
            found[environment.name] = variables.read_file(file)
        else:
            output.say(f"{'Variables':<11}{environment.env_file} is not here; {environment.name} keeps what AWS has")
    return found


def synthesize(app: App, present: Values, files: Values) -> tuple[Stack, ...]:
    """The app's stacks, with the variables that each environment has or is about to have."""
    from fairway.cloudformation import synthesis

    names = {
        environment.name: tuple(sorted({*present.get(environment.name, {}), *files.get(environment.name, {})}))
        for environment in app.environments
    }
    return synthesis.synthesize(app, synthesis.Given(variables=names, version=version()))


def judge(place: Place, present: Values, files: Values) -> Mapping[EnvironmentName, Sequence[Finding]]:
    """What each environment lacks of what the code needs, or has wrong."""
    found = contract.read(place.top, place.app)
    return {
        each.name: contract.compare_file(found, each, {**present.get(each.name, {}), **files.get(each.name, {})})
        for each in place.app.environments
    }


@contextmanager
def interruptible(command: str) -> Iterator[None]:
    """Ctrl-C within ends the command, and says what goes on without it and how to come back."""
    try:
        yield
    except KeyboardInterrupt:
        output.say("\nNot watching any more; what CloudFormation has begun, it goes on with.")
        output.say_lines(progress.labelled("More", [f"{command}   goes on from there"]))
        raise click.exceptions.Exit(INTERRUPTED) from None


def told(error: FairwayError) -> dict[str, str]:
    """An error in a JSON document."""
    return {"what": error.what, "why": error.why, "hint": error.hint}

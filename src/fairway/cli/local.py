"""The app on this machine, as its fairway.toml and its env files describe it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fairway.cli import git, here, variables
from fairway.domain.app import App, Environment, Service
from fairway.errors import UsageError

if TYPE_CHECKING:
    from fairway.environment.layers import Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """The repository's root, and its fairway.toml."""

    top: Path
    app: App

    @property
    def folder(self) -> Path:
        """Where the app lies."""
        return self.top / self.app.build.directory

    def environment(self, name: str) -> Environment:
        """The environment as fairway.toml has it. Raises UsageError when it names none of that name."""
        found = self.app.environment(name)
        if found is None:
            known = ", ".join(each.name for each in self.app.environments)
            raise UsageError(
                f'{self.app.name} has no environment "{name}"',
                why=f"{here.MANIFEST} names none of that name",
                hint=f"it has {known}; a new one is [environments.{name}] in {here.MANIFEST}",
            )
        return found

    def layers(self, environment: Environment) -> "Sequence[Layer]":
        """Its env files: those beside fairway.toml."""
        return variables.read_layers(self.top, environment.name, environment.env_file)


def find() -> Local:
    """The app of the folder that the user stands in. Raises UsageError for a fairway.toml that is missing or wrong."""
    from fairway.manifest import load

    top = git.folder()
    file = top / here.MANIFEST
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(f"there is no {here.MANIFEST} in {top}", hint="fairway init writes one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read", why=str(error)) from error
    return Local(top=top, app=load.load(text))


def choose_service(environment: Environment, name: str | None) -> Service:
    """The service of that name; else `web`, the only one, or the first that has a port. Raises UsageError."""
    if name is None:
        return environment.first
    if (found := environment.service(name)) is not None:
        return found
    known = ", ".join(each.name for each in environment.services)
    raise UsageError(f'{environment.name} has no service "{name}"', hint=f"it has {known}")


def given(app: App, environment: Environment, service: Service, port: int | None) -> Mapping[str, str]:
    """What Fairway gives every task itself, as far as it is known without a release."""
    found = {"FAIRWAY_APP": app.name, "FAIRWAY_ENVIRONMENT": environment.name, "FAIRWAY_SERVICE": service.name}
    return found if port is None else {**found, "PORT": str(port)}

"""What a command is about when it isn't told: the app and the environment, found from where the user stands."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairway import settings
from fairway.cli import git
from fairway.client import connect
from fairway.client.api import Client, join
from fairway.errors import UsageError

MANIFEST = "fairway.toml"
BUILD = "build"
"""What stands for a service where the secrets of builds are set."""
REMOTE_PATH = re.compile(r"/git/([a-z][a-z0-9-]*)(?:\.git)?/?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One app on the server, with the environments and services that its fairway.toml names (none when it was not found
    from one)."""

    client: Client
    app: str
    environments: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def path(self, *parts: str | int) -> str:
        """A path below the app: `/apps/shop-api/tasks`."""
        return join("apps", self.app, *parts)

    def environment(self, option: str | None) -> str:
        """The environment that is meant: the option, the only one, or production. Raises UsageError."""
        if option:
            return option
        names = self.environments or tuple(env["name"] for env in self.client.get(self.path())["environments"])
        if len(names) == 1:
            return names[0]
        if "production" in names or not names:
            return "production"
        raise UsageError(f"{self.app} has several environments: {', '.join(names)}", hint=f"-e {names[0]}")

    def require_environment(self, name: str) -> None:
        """Raise UsageError for a name that neither fairway.toml here nor the server knows: a slip of the pen would make
        variables that no task ever gets. Without a fairway.toml every name is taken."""
        if not self.environments or name in self.environments:
            return
        known = [env["name"] for env in self.client.get(self.path())["environments"]]
        if name not in known:
            names = dict.fromkeys([*self.environments, *known])
            raise UsageError(
                f'{self.app} has no environment "{name}"',
                why=f"{MANIFEST} names none of that name, and nothing was deployed to one",
                hint=f"it has {', '.join(names)}; a new one is [environments.{name}] in {MANIFEST}",
            )

    def require_service(self, environment: str, service: str) -> None:
        """Raise UsageError for a service that neither fairway.toml here nor the server knows, for the same reason.
        Where neither names any, every name is taken."""
        known = [each["name"] for env in self._known(environment) for each in env["services"]]
        names = dict.fromkeys([*self.services, *known])
        if service == BUILD:
            return
        if names and service not in names:
            raise UsageError(
                f'{self.app} has no service "{service}"',
                why=f"{MANIFEST} names none of that name, and none runs in {environment}",
                hint=f"it has {', '.join(names)}",
            )

    def _known(self, environment: str) -> list[dict[str, Any]]:
        return [env for env in self.client.get(self.path())["environments"] if env["name"] == environment]


def find(app: str | None) -> Place:
    """The app that a command is about. Raises UsageError when nothing says which."""
    client = connect.connect(settings.read())
    if app:
        return Place(client=client, app=app)
    top = git.folder()
    document = read_manifest(top)
    if isinstance(document.get("app"), str):
        names, services = (
            tuple(table) if isinstance(table := document.get(key), dict) else () for key in ("environments", "services")
        )
        return Place(client=client, app=document["app"], environments=names or ("production",), services=services)
    if name := app_of_remote(git.remote_url(top)):
        return Place(client=client, app=name)
    raise UsageError(
        "it is not clear which app is meant",
        why=f"there is no {MANIFEST} here, and no git remote named {git.REMOTE}",
        hint="name it with --app, or go to its repository; fairway apps lists them",
    )


def client() -> Client:
    """A client for this host's server, for commands that are about no app."""
    return connect.connect(settings.read())


def read_manifest(folder: Path) -> dict[str, Any]:
    """fairway.toml as TOML has it, {} when there is none. Raises UsageError when it is not TOML at all."""
    file = folder / MANIFEST
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{file} can't be read", why=(error.strerror or "").lower()) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not TOML", why=str(error), hint="--app names the app without it") from error


def app_of_remote(url: str | None) -> str | None:
    """The app that a remote's URL leads to."""
    found = REMOTE_PATH.search(url or "")
    return found[1] if found else None

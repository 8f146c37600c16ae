"""How a registry is named, in front of the names of its images: `ghcr.io/acme`, `localhost:5000`, `docker.io/acme`."""

import re

from fairway.errors import UsageError

HUB = "docker.io"
"""Docker Hub, in the names of images. Its API answers elsewhere, and docker login keeps its credentials elsewhere."""
HUB_ALIASES = ("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com")

LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
PART = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
"""One part of a repository's name, by OCI's specification."""
LONGEST = 220
"""Characters; a whole repository's name may have 255, and an app's name is still to come."""


def check(setting: str, value: str) -> str:
    """Return `value` when it names a registry: HOST[:PORT][/PATH]. `setting` is what it was read from.

    Raises UsageError that says what is wrong with it.
    """
    if problem := find_problem(value):
        raise UsageError(
            f"{setting}={hide_password(value)} names no registry",
            why=problem,
            hint=f"for example: {setting}=ghcr.io/acme",
        )
    return value


def find_problem(value: str) -> str:
    """What keeps the text from naming a registry, "" when nothing does."""
    if "://" in value:
        return "a registry has no scheme: leave out what stands before the host"
    if "@" in value:
        return "credentials do not belong there: docker login keeps them"
    if value != value.lower():
        return "it has capital letters, which names of images can't have"
    if len(value) > LONGEST:
        return f"it has {len(value)} characters, {LONGEST} is the most"
    host, slash, path = value.partition("/")
    return find_host_problem(host, path) or (find_path_problem(path) if slash else "")


def find_host_problem(host: str, path: str) -> str:
    """What is wrong with `localhost:5000`, `ghcr.io`, given the path behind it."""
    name, colon, port = host.partition(":")
    if not all(LABEL.fullmatch(label) for label in name.split(".")):
        return f'"{name}" is no host\'s name'
    if colon and not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        return f'"{port}" is no port: a port is a whole number from 1 to 65535'
    if name in HUB_ALIASES:
        return f"in the names of images Docker Hub is {HUB}: write {HUB}/NAME"
    if name == HUB and not path:
        return f"Docker Hub needs the name of the user or organisation: {HUB}/NAME"
    if "." not in name and not colon and name != "localhost":
        # Docker takes a first part like this one for a user of Docker Hub.
        return (
            f'"{name}" is no registry\'s host, it has neither a dot nor a port; on Docker Hub it would be {HUB}/{name}'
        )
    return ""


def find_path_problem(path: str) -> str:
    """What is wrong with `acme/backends`."""
    for part in path.split("/"):
        if not PART.fullmatch(part):
            return (
                f"\"{part}\" can't be part of an image's name" if part else "it has an empty part: // or / at the end"
            )
    return ""


def hide_password(value: str) -> str:
    """The text as it may be shown: without what stands before an @."""
    return re.sub(r"[^/@]*@", "…@", value)


def host(repository: str) -> str:
    """The registry's host in a repository's name: `localhost:7879/shop-api` → `localhost:7879`."""
    return repository.partition("/")[0]


def familiar(repository: str) -> str:
    """The repository as the Docker Engine lists it: `docker.io/acme/shop-api` → `acme/shop-api`."""
    return repository.removeprefix(f"{HUB}/")

"""The embedded registry's configuration: CNCF Distribution on loopback, with a password that only this server knows.

Two settings are there for a reason. There is no blob descriptor cache: after a garbage collection a running registry
with one still believes in blobs that are gone, and accepts manifests that name them. And bcrypt's cost is the lowest,
because every request pays it, and a password of 256 random bits needs no stretching.
"""

import os
import secrets
import shutil
from pathlib import Path

import bcrypt
import yaml

from fairway.errors import Unavailable
from fairway.ports.registry import Credentials

USER = "fairway"
BINARIES = ("docker-registry", "registry")
"""Debian's name of it, and its own."""


def configure(directory: Path, port: int) -> tuple[tuple[str, ...], Credentials]:
    """Write what the registry needs into the directory; the command that runs it there, and its credentials.

    Done again it keeps the password and the stored images. Raises Unavailable when there is no registry program.
    """
    program = find_program()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = keep(directory / "password", secrets.token_urlsafe(32))
    shared = keep(directory / "shared-secret", secrets.token_urlsafe(32))
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=4)).decode()
    write(directory / "htpasswd", f"{USER}:{hashed}\n")
    configuration = {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(directory / "images")},
            "delete": {"enabled": True},
            "maintenance": {"uploadpurging": {"enabled": True, "age": "24h", "interval": "24h", "dryrun": False}},
        },
        "http": {"addr": f"127.0.0.1:{port}", "secret": shared, "relativeurls": True},
        "auth": {"htpasswd": {"realm": "fairway", "path": str(directory / "htpasswd")}},
    }
    write(directory / "config.yml", yaml.safe_dump(configuration, sort_keys=False))
    return (program, "serve", str(directory / "config.yml")), Credentials(user=USER, password=password)


def holds_images(directory: Path) -> bool:
    """Whether a registry in the directory has any image, so that a release may need it."""
    repositories = directory / "images" / "docker" / "registry" / "v2" / "repositories"
    return any(repositories.glob("**/_manifests/revisions/sha256/*/link"))


def find_program() -> str:
    """The registry program. Raises Unavailable."""
    for name in BINARIES:
        if path := shutil.which(name):
            return path
    raise Unavailable(
        "the registry can't be started",
        why=f"none of {', '.join(BINARIES)} is on PATH",
        hint="apt-get install docker-registry, or: fairway doctor --fix",
    )


def keep(path: Path, value: str) -> str:
    """The file's content, after writing `value` when there is none yet."""
    if path.is_file() and (kept := path.read_text(encoding="ascii").strip()):
        return kept
    write(path, f"{value}\n")
    return value


def write(path: Path, text: str) -> None:
    """Replace the file in one go; only its owner reads it."""
    new = path.with_name(f".{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)

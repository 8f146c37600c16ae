"""Env files as commands read and write them. The rules are the server's own, `environment.envfile`; that is imported
when it is needed, since most commands read none.
"""

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fairway.cli import output
from fairway.errors import Conflict, UsageError

if TYPE_CHECKING:
    from fairway.domain.expansion import Written
    from fairway.environment.layers import Layer


def read_file(file: Path, *, expand: bool = False) -> dict[str, str]:
    """The variables of a file, each as it stands or with its references to others replaced. Raises UsageError when it
    can't be read, or with every line that is wrong."""
    from fairway.environment import envfile

    written = read_written(file)
    if expand:
        return envfile.expand(written, file=file.name)
    if names := [name for name, each in written.items() if each.refers]:
        output.say(f"{'Note':<8}{', '.join(names)} in {file.name} has a $ that is kept as it stands (see --expand)")
    return {name: each.value for name, each in written.items()}


def read_layers(folder: Path, environment: str, env_file: str | None) -> "Sequence[Layer]":
    """The environment's env files in the folder, the one that goes over all others last. Raises as `read_file` does."""
    from fairway.environment import layers

    return [
        layers.Layer(file=name, values=read_written(folder / name))
        for name in layers.names(environment, env_file)
        if (folder / name).is_file()
    ]


def read_written(file: Path) -> "Mapping[str, Written]":
    """The variables of a file, with their lines. Raises as `read_file` does."""
    from fairway.environment import envfile

    try:
        data = read_some(file, envfile.LONGEST_FILE + 1)
    except OSError as error:
        raise UsageError(f"{file} can't be read", why=(error.strerror or "").lower()) from error
    return envfile.read(data, file=file.name)


def parse(text: str, name: str) -> dict[str, str]:
    """The variables of a text. Raises UsageError for lines that set nothing; `name` says where they stand."""
    from fairway.environment import envfile

    return dict(envfile.parse(text.encode("utf-8", "surrogateescape"), file=name))


def render(values: Mapping[str, str]) -> str:
    """An env file that gives these variables."""
    from fairway.environment import envfile

    return envfile.render(values)


def write_file(file: Path, values: Mapping[str, str], *, replace: bool) -> None:
    """An env file that only its owner can read, whole or not at all. Raises Conflict when there is one and it is not to
    be replaced."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
                opened.write(render(values))
            if replace:
                draft.replace(file)
            else:
                file.hardlink_to(draft)
        finally:
            draft.unlink(missing_ok=True)
    except FileExistsError as error:
        raise Conflict(f"{file} exists", hint="--yes replaces it, or write to another file") from error
    except OSError as error:
        raise UsageError(f"{file} can't be written", why=(error.strerror or "").lower()) from error


def read_some(file: Path, most: int) -> bytes:
    """The first bytes of a file."""
    with file.open("rb") as opened:
        return opened.read(most)

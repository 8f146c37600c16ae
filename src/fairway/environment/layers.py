"""The env files of one environment on a developer's machine, in the order in which each goes over the one before:

    .env  .env.local  .env.ENVIRONMENT  .env.ENVIRONMENT.local

which is Vite's and dotenv-flow's. The `env_file` of fairway.toml takes the place of `.env.ENVIRONMENT`, and its own
`.local` file that of the last one. A process that runs for the environment on that machine gets all of them; the server
gets what is imported, file by file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairway.domain.expansion import Written

LOCAL = ".local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One file that is there, by its path in the repository, and its variables."""

    file: str
    values: Mapping[str, Written]


def names(environment: str, env_file: str | None = None) -> tuple[str, ...]:
    """The files, the one that goes over all others last."""
    own = env_file or f".env.{environment}"
    return tuple(dict.fromkeys((".env", f".env{LOCAL}", own, f"{own}{LOCAL}")))


def flatten(layers: Sequence[Layer]) -> Mapping[str, Written]:
    """The variables that hold."""
    return {name: written for layer in layers for name, written in layer.values.items()}


def places(layers: Sequence[Layer], name: str) -> tuple[str, ...]:
    """The files that set a variable, the one that holds first."""
    return tuple(layer.file for layer in reversed(layers) if name in layer.values)

"""Variables as they are kept: of an environment, or of one service in it, each version with the edit that made it.

A variable of a service is kept beside the environment's under `SERVICE/NAME`, so that one version holds them all and a
rollback restores them together. No name of a variable has a slash.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SEPARATOR = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What made a version of its predecessor: who, how ("set", "import", "rollback to 3"), and the names that were set
    and unset, as they are kept."""

    by: str = ""
    how: str = "set"
    set: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()


UNTOLD = Edit()
"""An edit of which nobody said anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an environment's variables, without their values; `at` in seconds since the epoch."""

    number: int
    at: float
    edit: Edit


def key_of(name: str, service: str = "") -> str:
    """Under which a variable is kept; `service` "" is the environment's own."""
    return f"{service}{SEPARATOR}{name}" if service else name


def split(key: str) -> tuple[str, str]:
    """The service, "" for the environment, and the name: `worker/QUEUE` gives ("worker", "QUEUE")."""
    service, _, name = key.rpartition(SEPARATOR)
    return service, name


def given_to(values: Mapping[str, str], service: str = "") -> Mapping[str, str]:
    """What a task of the service gets: the environment's variables, and the service's own in place of those of the same
    name. A task of no service (an action, a job) gets the environment's."""
    common = {key: value for key, value in values.items() if SEPARATOR not in key}
    if not service:
        return common
    return {**common, **{name: values[key] for key in values for owner, name in [split(key)] if owner == service}}


def given_to_any(values: Mapping[str, str]) -> Mapping[str, str]:
    """By name what some task gets: the environment's, and of what only services have one of theirs."""
    own = {name: value for key, value in values.items() for owner, name in [split(key)] if owner}
    return {**own, **given_to(values)}


def services_of(keys: Iterable[str]) -> set[str]:
    """The services that have variables of their own."""
    return {service for service, _ in map(split, keys) if service}


def compare(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys that are set and unset on the way from one version to another. Each mapping gives, by key, the version
    in which its value was set: in no version is a key set twice, so two that are equal stand for the same value."""
    made = sorted(key for key, at in after.items() if before.get(key) != at)
    return tuple(made), tuple(sorted(before.keys() - after.keys()))

"""The contract: which environment variables an app's code reads, and what each place says of its need for one.

A stopped deployment that would have worked is worse than a warning that nobody needed, so a variable is required only
where a place proves it: the code throws without it as it starts. Everything else that has no default is unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Need(StrEnum):
    """How much a place, or the whole app, needs a variable."""

    REQUIRED = "required"
    UNKNOWN = "unknown"
    OPTIONAL = "optional"


class Kind(StrEnum):
    """What a value has to be, where the code says so."""

    TEXT = "text"
    NUMBER = "number"
    PORT = "port"
    BOOLEAN = "boolean"
    URL = "url"
    EMAIL = "email"
    JSON = "json"
    CHOICE = "choice"


ANY_CASE = "pydantic-settings"
"""How a reading is told that takes the name in capitals and in small letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One place that reads a variable. `how` is what stands there, in short (`process.env.X`, `zod`), `rule` names the
    rule that gave the need; `default` is the default's text when it is a literal. `sets`: the place gives the variable
    a value instead of reading it, so that whoever reads it later finds one."""

    name: str
    file: str
    line: int
    how: str
    need: Need
    rule: str
    default: str | None = None
    kind: Kind | None = None
    choices: tuple[str, ...] = ()
    sets: bool = False

    @property
    def where(self) -> str:
        """`src/pay.ts:12`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable with every place that reads it, the one that decides its need first."""

    name: str
    need: Need
    rule: str
    uses: tuple[Use, ...]
    default: str | None = None
    kind: Kind | None = None
    choices: tuple[str, ...] = ()

    @property
    def any_case(self) -> bool:
        """Whether its name may be written in small letters too."""
        return any(use.how == ANY_CASE for use in self.uses)

    @property
    def where(self) -> str:
        """The place that decides."""
        return self.uses[0].where


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """All variables by name; the places whose variable only the running program knows (`process.env[name]`); and why
    it may not be whole, "" when everything was read."""

    variables: tuple[Variable, ...] = ()
    dynamic: tuple[str, ...] = ()
    partial: str = ""

    def find(self, name: str) -> Variable | None:
        """The variable of that name, None when nothing reads it."""
        return next((each for each in self.variables if each.name == name), None)

    @property
    def required(self) -> tuple[Variable, ...]:
        """Those without which the app does not start."""
        return tuple(each for each in self.variables if each.need is Need.REQUIRED)


LONGEST_NAME = 200
"""Characters of a name; nobody gave a longer one to a variable."""
ORDER = (Need.REQUIRED, Need.UNKNOWN, Need.OPTIONAL)


def conclude(
    uses: Iterable[Use], *, dynamic: Iterable[str] = (), partial: str = "", given: Mapping[str, str] | None = None
) -> Contract:
    """The contract that these places make. `given` are the variables that something besides an environment gives a
    value (a Dockerfile's ENV, a committed .env), each with the place that does."""
    by_name: dict[str, list[Use]] = {}
    for use in uses:
        if len(use.name) > LONGEST_NAME:
            continue
        by_name.setdefault(use.name, []).append(use)
    given = given or {}
    variables = [merge(name, by_name[name], given.get(name)) for name in sorted(by_name)]
    return Contract(variables=tuple(variables), dynamic=tuple(sorted(set(dynamic))), partial=partial)


def merge(name: str, uses: list[Use], given: str | None = None) -> Variable:
    """What all places together say. One that is certain to throw decides, unless the variable has got a value before
    that: from the code itself, or from what `given` names."""
    ordered = sorted(uses, key=lambda use: (ORDER.index(use.need), use.file, use.line))
    first = ordered[0]
    setting = next((use for use in ordered if use.sets), None)
    need, rule = first.need, first.rule
    default = next((use.default for use in ordered if use.default is not None), None)
    if setting is not None:
        need, rule = Need.OPTIONAL, setting.rule
    elif need is Need.REQUIRED:
        # A default elsewhere does not help the place that throws.
        default = None
        if given is not None:
            need, rule = Need.UNKNOWN, f"given by {given}"
    elif given is not None:
        need, rule = Need.OPTIONAL, f"given by {given}"
    # Places disagree about the type now and then (`Number(X)` here, a plain text there); a type that one of them does
    # not have is the weaker claim, and two different ones are none.
    kinds = {use.kind for use in ordered if use.kind is not None}
    kind = kinds.pop() if len(kinds) == 1 else None
    choices = next((use.choices for use in ordered if use.choices), ()) if kind is Kind.CHOICE else ()
    return Variable(name=name, need=need, rule=rule, uses=tuple(ordered), default=default, kind=kind, choices=choices)


def weaken(use: Use, need: Need, rule: str) -> Use:
    """The use with no more than this need; one that needs less already stays as it is."""
    return use if ORDER.index(use.need) >= ORDER.index(need) else replace(use, need=need, rule=rule)

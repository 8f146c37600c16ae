"""Whether an environment's variables fulfil the contract: what is missing, and what is worth a look.

Only what is required and missing stops anything. Everything else is told: a variable that is perhaps needed, an empty
or placeholder value, one of the wrong type, one that nothing reads.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairway.domain import known
from fairway.domain.contract import Contract, Kind, Need, Variable
from fairway.domain.flaws import Expected, Flaw

MANIFEST = "fairway.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """What fairway.toml says of the contract: names that are required or optional whatever the code says, and those
    that are not looked at; `enabled` false: nothing is compared."""

    enabled: bool = True
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class About(StrEnum):
    """What a finding is about."""

    MISSING = "missing"
    PERHAPS = "perhaps-missing"
    EMPTY = "empty"
    PLACEHOLDER = "placeholder"
    TYPE = "type"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One variable that is not as it should be. `where` is the place that reads it, "" for one that nothing reads;
    `expected` completes "is no …" for a value of the wrong type."""

    about: About
    name: str
    where: str = ""
    expected: str = ""

    @property
    def stops(self) -> bool:
        """Whether nothing should be deployed with it."""
        return self.about is About.MISSING


FLAWS = {Flaw.EMPTY: About.EMPTY, Flaw.PLACEHOLDER: About.PLACEHOLDER, Flaw.TYPE: About.TYPE}


def expected(contract: Contract) -> Mapping[str, Expected]:
    """What each value has to be."""
    return {each.name: Expected(kind=each.kind, choices=each.choices) for each in contract.variables}


def compare(contract: Contract, flaws: Mapping[str, Flaw | None], exceptions: Exceptions) -> tuple[Finding, ...]:
    """The findings, what is missing first. `flaws` has every variable that the environment sets, each with what is
    wrong with its value."""
    if not exceptions.enabled:
        return ()
    found: list[Finding] = []
    for name, variable in wanted(contract, exceptions).items():
        need, where = need_of(name, variable, exceptions)
        if name in exceptions.ignore or known.is_given(name):
            continue
        set_as = name_set(name, variable, flaws)
        if set_as is None:
            if need is not Need.OPTIONAL:
                kind = About.MISSING if need is Need.REQUIRED else About.PERHAPS
                found.append(Finding(about=kind, name=name, where=where))
        elif (flaw := flaws[set_as]) is not None and not (flaw is Flaw.EMPTY and need is Need.OPTIONAL):
            found.append(Finding(about=FLAWS[flaw], name=name, where=where, expected=describe(variable)))
    found += [Finding(about=About.UNUSED, name=name) for name in unused(contract, flaws, exceptions)]
    order = list(About)
    return tuple(sorted(found, key=lambda each: (order.index(each.about), each.name)))


def name_set(name: str, variable: Variable | None, flaws: Mapping[str, Flaw | None]) -> str | None:
    """The name by which the environment sets it, None when it does not."""
    if name in flaws or variable is None or not variable.any_case:
        return name if name in flaws else None
    return next((each for each in flaws if each.upper() == name.upper()), None)


def wanted(contract: Contract, exceptions: Exceptions) -> Mapping[str, Variable | None]:
    """The variables of the contract, and those that fairway.toml adds."""
    listed: dict[str, Variable | None] = {each.name: each for each in contract.variables}
    return {**{name: None for name in exceptions.required if name not in listed}, **listed}


def need_of(name: str, variable: Variable | None, exceptions: Exceptions) -> tuple[Need, str]:
    """How much it is needed, and where that is said."""
    if name in exceptions.required:
        return Need.REQUIRED, MANIFEST if variable is None else variable.where
    if variable is None or name in exceptions.optional:
        return Need.OPTIONAL, "" if variable is None else variable.where
    return variable.need, variable.where


def unused(contract: Contract, names: Iterable[str], exceptions: Exceptions) -> Sequence[str]:
    """The variables that nothing reads. Nothing can be said where the code reads some by names that only the running
    app knows, where not all of it was read, or none of it is of a language that is."""
    if contract.dynamic or contract.partial or not any(each.rule != "documented" for each in contract.variables):
        return ()
    spared = {*exceptions.ignore, *exceptions.optional, *exceptions.required}
    read = {each.name for each in contract.variables}
    any_case = {each.name.upper() for each in contract.variables if each.any_case}
    return [
        name
        for name in names
        if name not in read
        and name.upper() not in any_case
        and name not in spared
        and not known.is_given(name)
        and not known.is_read_by_a_library(name)
    ]


def describe(variable: Variable | None) -> str:
    """What the value should be: "number", "one of low, high"."""
    if variable is None or variable.kind is None:
        return ""
    return f"one of {', '.join(variable.choices)}" if variable.kind is Kind.CHOICE else variable.kind.value

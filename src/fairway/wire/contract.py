"""The contract as JSON: what an execution keeps of it, and what the API shows."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from fairway.domain import contract, fulfilment
from fairway.domain.contract import Kind, Need
from fairway.domain.flaws import Expected, Flaw

MOST_USES = 5
"""Places that are kept of one variable, those that decide first."""
MOST_VARIABLES = 500
"""Variables that are kept, the required ones first: an execution carries them from stage to stage."""
LONGEST = 200
"""Characters of a default, and of what stands at a place."""


class Use(BaseModel):
    """One place: `file` and `line`, what stands there, how much it needs the variable and by which rule."""

    file: str
    line: int
    how: str
    need: Need
    rule: str


class Variable(BaseModel):
    """A variable: `need` is "required", "unknown" or "optional", `default` its text when that is a literal."""

    name: str
    need: Need
    rule: str
    default: str | None
    type: Kind | None
    choices: list[str]
    uses: list[Use]

    @classmethod
    def of(cls, variable: contract.Variable) -> "Variable":
        """The shape of a variable."""
        uses = [
            Use(file=each.file, line=each.line, how=each.how[:LONGEST], need=each.need, rule=each.rule)
            for each in variable.uses[:MOST_USES]
        ]
        return cls(
            name=variable.name,
            need=variable.need,
            rule=variable.rule,
            default=None if variable.default is None else variable.default[:LONGEST],
            type=variable.kind,
            choices=list(variable.choices),
            uses=uses,
        )

    def back(self) -> contract.Variable:
        """The variable of the shape."""
        return contract.Variable(
            name=self.name,
            need=self.need,
            rule=self.rule,
            default=self.default,
            kind=self.type,
            choices=tuple(self.choices),
            uses=tuple(
                contract.Use(
                    name=self.name, file=each.file, line=each.line, how=each.how, need=each.need, rule=each.rule
                )
                for each in self.uses
            ),
        )


class Contract(BaseModel):
    """All variables by name; `dynamic` are places whose variable only the running app knows; `partial` says why it may
    not be whole, "" when everything was read."""

    variables: list[Variable] = []
    dynamic: list[str] = []
    partial: str = ""

    @classmethod
    def of(cls, found: contract.Contract) -> "Contract":
        """The shape of a contract."""
        kept = sorted(found.variables, key=lambda each: contract.ORDER.index(each.need))[:MOST_VARIABLES]
        count = len(found.variables) - len(kept)
        left = f"{count} more variables are not kept" if count else ""
        return cls(
            variables=[Variable.of(each) for each in sorted(kept, key=lambda each: each.name)],
            dynamic=list(found.dynamic[:MOST_VARIABLES]),
            partial="; ".join(part for part in (found.partial, left) if part),
        )

    def back(self) -> contract.Contract:
        """The contract of the shape."""
        return contract.Contract(
            variables=tuple(each.back() for each in self.variables), dynamic=tuple(self.dynamic), partial=self.partial
        )


class Finding(BaseModel):
    """One variable that is not as it should be; `expected` is the type that its value is not of."""

    about: fulfilment.About
    name: str
    where: str
    expected: str

    @classmethod
    def all(cls, findings: Sequence[fulfilment.Finding]) -> "list[Finding]":
        """The shapes of findings."""
        return [cls(about=each.about, name=each.name, where=each.where, expected=each.expected) for each in findings]


class Expectation(BaseModel):
    """What a value has to be."""

    type: Kind | None = None
    choices: list[str] = []


class ExamineRequest(BaseModel):
    """The variables of a contract, each with what its value has to be."""

    expected: dict[str, Expectation] = {}

    @classmethod
    def of(cls, wanted: Mapping[str, Expected]) -> "ExamineRequest":
        """The request that asks for these."""
        return cls(
            expected={name: Expectation(type=each.kind, choices=list(each.choices)) for name, each in wanted.items()}
        )

    def back(self) -> Mapping[str, Expected]:
        """What is asked for."""
        return {name: Expected(kind=each.type, choices=tuple(each.choices)) for name, each in self.expected.items()}


class Examined(BaseModel):
    """The variables that the environment sets, each with what is wrong with its value, null when nothing is."""

    variables: dict[str, Flaw | None]


def keep(found: contract.Contract) -> Mapping[str, Any]:
    """The JSON object of a contract."""
    return Contract.of(found).model_dump(mode="json")

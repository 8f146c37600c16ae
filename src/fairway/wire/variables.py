"""Variables as the API shows them: names, versions and who changed what. `Values` alone has values."""

from typing import Literal

from pydantic import BaseModel, Field

from fairway.domain import drift
from fairway.domain import variables as domain
from fairway.wire.deployments import Deployment


class Variable(BaseModel):
    """A variable's name and the version in which it was last set; never its value. `service` "" is the environment. One
    that a `database` of Fairway's gives is in no version: its number is 0."""

    name: str
    service: str
    set_at_version: int
    database: str = ""


class Variables(BaseModel):
    """By service and name; version 0 when nothing was ever set. `restart_needed`: tasks run with another version."""

    version: int
    restart_needed: bool
    variables: list[Variable]


class ChangeRequest(BaseModel):
    """Values to set, and names to take away: of the environment, or of one `service`. With `restart` the tasks that run
    are replaced at once."""

    set: dict[str, str] = Field(default_factory=dict)
    unset: list[str] = Field(default_factory=list)
    service: str = ""
    how: Literal["set", "import"] = "set"
    restart: bool = False


class RollbackRequest(BaseModel):
    """The version to go back to."""

    version: int = Field(ge=1, le=2**31 - 1)
    restart: bool = False


class Changed(BaseModel):
    """The latest version, and the names that changed. `deployment` gives it to the tasks; None when none was asked for,
    none is needed, or `trouble` says why it could not begin."""

    version: int
    changed: list[str]
    deployment: Deployment | None = None
    trouble: str = ""
    hint: str = ""


class Version(BaseModel):
    """How a version came to be. A service's variable is written `SERVICE/NAME`."""

    version: int
    at: float
    by: str
    how: str
    set: list[str]
    unset: list[str]

    @classmethod
    def of(cls, version: domain.Version) -> "Version":
        """The shape of a version."""
        edit = version.edit
        return cls(
            version=version.number, at=version.at, by=edit.by, how=edit.how, set=list(edit.set), unset=list(edit.unset)
        )


class History(BaseModel):
    """Newest first."""

    versions: list[Version]


class RevealRequest(BaseModel):
    """The version whose values are asked for, None for the latest, and what for: the event log says it."""

    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    purpose: str = Field(default="", max_length=200)


class Value(BaseModel):
    """A variable with its value."""

    name: str
    service: str
    value: str


class Values(BaseModel):
    """For the owner alone; version 0 when nothing was ever set. `databases` are the URLs of those that Fairway runs, by
    variable, as a process on the server's host reaches them: what tasks get holds on their network alone."""

    version: int
    variables: list[Value]
    databases: dict[str, str] = {}


class Difference(BaseModel):
    """A variable on both sides: the form of each value, "" where it is missing, and what is to be said of it."""

    name: str
    service: str
    kind: drift.Kind
    left: str
    right: str

    @classmethod
    def of(cls, found: drift.Difference) -> "Difference":
        """The shape of a difference."""
        return cls(name=found.name, service=found.service, kind=found.kind, left=found.left, right=found.right)


class Side(BaseModel):
    """What was compared."""

    environment: str
    version: int


class Comparison(BaseModel):
    """How two environments, or two versions of one, differ; never a value."""

    left: Side
    right: Side
    variables: list[Difference]

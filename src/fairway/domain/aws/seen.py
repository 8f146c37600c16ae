"""What AWS says of the account, the connection to the code, and the pipeline."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who the credentials are: the account's 12 digits, the ARN, and the region that calls go to."""

    account: str
    arn: str
    region: str
    partition: str = "aws"


class Connection(StrEnum):
    """CodeConnections' statuses: PENDING until somebody has authorized it in the console."""

    PENDING = "PENDING"
    AVAILABLE = "AVAILABLE"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of an environment's variables in Secrets Manager: its id, and the variables' values by name."""

    id: str
    values: dict[str, str]

    def __repr__(self) -> str:
        """Without the values."""
        return f"Version(id={self.id!r}, values={sorted(self.values)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """A resource that somebody has changed beside CloudFormation: `gone` altogether, or other than the template in
    these `properties` ("/Tags/0/Value")."""

    logical: str
    type: str
    physical: str = ""
    gone: bool = False
    properties: tuple[str, ...] = ()

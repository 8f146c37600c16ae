"""The AWS account: who is calling, and what it holds that a stack has no say in."""

from collections.abc import Mapping
from typing import Protocol

from fairway.domain.aws.seen import Caller, Connection, Version


class Account(Protocol):
    """One account and region. Raises as `ports.stacks.Stacks` does."""

    async def caller(self) -> Caller:
        """Who the credentials are. Raises UsageError for none, wrong and expired ones, each with its way out."""
        ...

    async def connection(self, arn: str) -> Connection:
        """How a connection to a forge stands. Raises NotFound when there is none of that ARN."""
        ...


class CloudSecrets(Protocol):
    """Secrets Manager: the variables of an environment, one secret for each environment; `secret` is its name or its
    ARN. Raises as `Account` does."""

    async def current(self, secret: str) -> Version | None:
        """The newest version; None when there is no such secret, or none was ever put into it."""
        ...

    async def version(self, secret: str, id: str) -> Version | None:
        """An earlier version; None when Secrets Manager does not have it any more: it keeps a hundred at least."""
        ...

    async def text(self, secret: str) -> str | None:
        """The newest version of a secret that is one text, as a managed database's URL is; None when there is no such
        secret, or none was ever put into it."""
        ...

    async def names(self, secret: str) -> tuple[str, ...]:
        """The variables of the newest version, sorted; none when there is no such secret."""
        ...

    async def put(self, secret: str, values: Mapping[str, str]) -> Version:
        """Make these the newest version, unless they are it already. The secret is one that a stack has made: raises
        Conflict when there is none, and UsageError when they are too large for one."""
        ...


class CloudPipeline(Protocol):
    """CodePipeline, as much as `fairway aws up` and its stages need. Raises as `Account` does."""

    async def start(self, pipeline: str) -> str:
        """Begin an execution with the newest commit; its id. Raises NotFound when there is no such pipeline."""
        ...

    async def goes_back(self, pipeline: str, execution: str) -> bool:
        """Whether an execution is a rollback: one stage begun again with what an earlier execution had built. Raises
        NotFound when there is no such pipeline, or no such execution of it."""
        ...

    async def latest(self, pipeline: str) -> str | None:
        """The status of the newest execution in CodePipeline's word ("InProgress"), None when it never ran. Raises
        NotFound as `start` does."""
        ...

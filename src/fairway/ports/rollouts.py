"""What ECS says of the services that a stack has made: read only. Who changes them is CloudFormation."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from fairway.domain.aws.rollouts import SeenService, StoppedTask


class Rollouts(Protocol):
    """The services of one account and region.

    Each call raises Unavailable when AWS does not answer, and UsageError when the credentials are missing, expired or
    not allowed to do it.
    """

    async def services(self, cluster: str, names: Sequence[str]) -> Mapping[str, SeenService]:
        """Those of the services that there are, by name. A cluster that does not exist has none."""
        ...

    async def stopped(self, cluster: str, family: str) -> Sequence[StoppedTask]:
        """The tasks of a family of task definitions that have stopped lately, newest first: at most a hundred, and of
        the last hour at least. They are told of by their family for it outlives the service, which CloudFormation takes
        away again when a first deployment fails."""
        ...

    async def alive(self, cluster: str, family: str) -> Sequence[str]:
        """The ARN of the task definition of each task of the family whose containers have not ended, one that was told
        to stop included: a service counts it no more while it may still write. A cluster that does not exist has
        none."""
        ...

    async def printed(self, group: str, stream: str, *, lines: int) -> tuple[str, ...]:
        """The last lines of a stream of CloudWatch's logs; none when there is no such stream."""
        ...

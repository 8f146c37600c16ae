"""The rest of an AWS account in memory: who calls, connections, secrets, pipelines.

Secrets and pipelines are there once a stack of `MemoryStacks` has made them, as on AWS.
"""

import itertools
from collections.abc import Mapping, Sequence

from fairway.adapters.memory.cloud import MemoryStacks
from fairway.adapters.memory.cloud_values import ACCOUNT, REGION
from fairway.adapters.memory.faults import Faults
from fairway.domain.aws import variables
from fairway.domain.aws.seen import Caller, Connection, Version
from fairway.errors import NotFound

SECRET, PIPELINE = "AWS::SecretsManager::Secret", "AWS::CodePipeline::Pipeline"
CONNECTIONS = ("AWS::CodeConnections::Connection", "AWS::CodeStarConnections::Connection")


class MemoryAccount:
    """`ports.account.Account`. `connections` has the status of those that are not PENDING, by ARN."""

    def __init__(self, stacks: MemoryStacks, *, account: str = ACCOUNT, region: str = REGION) -> None:
        self.faults = Faults()
        self.who = Caller(account=account, arn=f"arn:aws:iam::{account}:user/somebody", region=region)
        self.connections: dict[str, Connection] = {}
        self._stacks = stacks

    async def caller(self) -> Caller:
        """Somebody; there is no way to lie about it."""
        await self.faults.meet("caller")
        return self.who

    async def connection(self, arn: str) -> Connection:
        """PENDING for one that a stack has made; while it lies: always AVAILABLE."""
        if await self.faults.meet("connection"):
            return Connection.AVAILABLE
        if arn not in self.connections and arn not in present(self._stacks, *CONNECTIONS):
            raise NotFound(f"there is no connection {arn}")
        return self.connections.get(arn, Connection.PENDING)


class MemorySecrets:
    """`ports.account.CloudSecrets`. `versions` has what was put, by the secret's name, the newest last;
    `texts` those that are one text."""

    def __init__(self, stacks: MemoryStacks) -> None:
        self.faults = Faults()
        self.versions: dict[str, list[Version]] = {}
        self.texts: dict[str, str] = {}
        self._stacks = stacks
        self._numbers = itertools.count(1)

    async def current(self, secret: str) -> Version | None:
        """The newest version; while it lies: none."""
        if await self.faults.meet("current"):
            return None
        versions = self.versions.get(name_of(secret), [])
        return versions[-1] if versions else None

    async def version(self, secret: str, id: str) -> Version | None:
        """An earlier version; while it lies: none."""
        if await self.faults.meet("version"):
            return None
        return next((each for each in self.versions.get(name_of(secret), []) if each.id == id), None)

    async def text(self, secret: str) -> str | None:
        """Of `texts`; while it lies: none."""
        return None if await self.faults.meet("text") else self.texts.get(name_of(secret))

    async def names(self, secret: str) -> tuple[str, ...]:
        """The newest version's names; while it lies: none."""
        if await self.faults.meet("names"):
            return ()
        versions = self.versions.get(name_of(secret), [])
        return tuple(sorted(versions[-1].values)) if versions else ()

    async def put(self, secret: str, values: Mapping[str, str]) -> Version:
        """A new version, unless the newest is equal; while it lies, nothing is kept."""
        version = Version(id=f"version-{next(self._numbers):04d}", values=dict(values))
        if await self.faults.meet("put"):
            return version
        name = name_of(secret)
        if name not in map(name_of, present(self._stacks, SECRET)):
            raise variables.missing(secret)
        if refusal := variables.too_large(secret, values):
            raise refusal
        versions = self.versions.setdefault(name, [])
        if not versions or versions[-1].values != version.values:
            versions.append(version)
        return versions[-1]


class MemoryPipeline:
    """`ports.account.CloudPipeline`. `started` are the executions, (pipeline, id), the oldest first; `statuses` has
    that of a pipeline's newest one where it is not InProgress, and `back` those that are rollbacks."""

    def __init__(self, stacks: MemoryStacks) -> None:
        self.faults = Faults()
        self.started: list[tuple[str, str]] = []
        self.statuses: dict[str, str] = {}
        self.back: set[tuple[str, str]] = set()
        self._stacks = stacks

    async def start(self, pipeline: str) -> str:
        """Note that it was started; while it lies: don't."""
        id = f"execution-{len(self.started) + 1:04d}"
        if await self.faults.meet("start"):
            return id
        if pipeline not in present(self._stacks, PIPELINE):
            raise NotFound(f"there is no pipeline {pipeline}")
        self.started.append((pipeline, id))
        return id

    async def goes_back(self, pipeline: str, execution: str) -> bool:
        """Whether it is in `back`; while it lies: no."""
        if await self.faults.meet("goes_back"):
            return False
        if pipeline not in present(self._stacks, PIPELINE):
            raise NotFound(f"there is no pipeline {pipeline}")
        if (pipeline, execution) not in {*self.started, *self.back}:
            raise NotFound(f"{pipeline} has no such execution")
        return (pipeline, execution) in self.back

    async def latest(self, pipeline: str) -> str | None:
        """InProgress for one that was started, unless `statuses` has another; while it lies: it never ran."""
        if await self.faults.meet("latest"):
            return None
        if pipeline not in present(self._stacks, PIPELINE):
            raise NotFound(f"there is no pipeline {pipeline}")
        ran = any(name == pipeline for name, _ in self.started)
        return self.statuses.get(pipeline, "InProgress" if ran else None)


def present(stacks: MemoryStacks, *types: str) -> Sequence[str]:
    """The physical ids of every resource of those types; what a deleted stack kept is still there."""
    return [
        each.physical
        for held in (*stacks.held.values(), *stacks.deleted)
        for each in (*held.resources.values(), *held.kept)
        if each.type in types
    ]


def name_of(secret: str) -> str:
    """A secret's name, of its ARN too, to which Secrets Manager adds a hyphen and six characters."""
    return secret.rpartition(":secret:")[2][:-7] if secret.startswith("arn:") else secret

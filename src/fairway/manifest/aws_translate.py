"""The tables of the app on AWS become the domain's: defaults, what an environment has otherwise, and sizes of tasks."""

import re
from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any, TypeVar

from fairway.domain.aws import fargate
from fairway.domain.aws.wanted import (
    SMALLEST,
    Architecture,
    Aws,
    Capacity,
    ExistingNetwork,
    Hosting,
    Instances,
    Nat,
    Network,
    OwnNetwork,
    Provider,
    Rds,
    Repository,
    Size,
)
from fairway.manifest import translate
from fairway.manifest.aws_schema import AwsTable, HostingTable, InstancesTable, NetworkTable, RdsTable
from fairway.manifest.schema import EnvironmentTable, FileTable, JobTable, ServiceTable
from fairway.manifest.table import Table

MIB = 1024 * 1024
ARM_FAMILY = re.compile(r"[a-z]+[0-9]+g[a-z]*\.|a1\.", re.ASCII)
"""Graviton's families have a g behind their number: t4g, c7gn."""
ARM_TYPE = "t4g.medium"
"""The instance that is like `Instances().type` on the other architecture."""
PRODUCTION = "production"

T = TypeVar("T", bound=Table)


def make(table: FileTable) -> Aws | None:
    """The app on AWS; None for a file without `[aws]`, and for one that lacks what `aws_rules` asks for."""
    aws = table.aws
    if aws is None or aws.region is None or aws.repository.provider is None or aws.repository.name is None:
        return None
    environments = table.environments or {PRODUCTION: EnvironmentTable()}
    return Aws(
        region=aws.region,
        account=aws.account,
        repository=Repository(
            provider=next(each for each in Provider if each.value.lower() == aws.repository.provider),
            name=aws.repository.name,
            connection=aws.repository.connection,
        ),
        network=make_network(aws.network),
        hosting={name: make_hosting(table, aws, name, content) for name, content in environments.items()},
        tags=dict(aws.tags),
    )


def make_network(table: NetworkTable) -> Network:
    """The network that exists when one is named, else one of Fairway's own."""
    if table.vpc is not None:
        return ExistingNetwork(vpc=table.vpc, public=table.public_subnets or (), private=table.private_subnets or ())
    default = OwnNetwork()
    return OwnNetwork(
        cidr=table.cidr or default.cidr,
        nat=default.nat if table.nat is None else Nat(table.nat),
    )


def make_hosting(table: FileTable, aws: AwsTable, name: str, content: EnvironmentTable) -> Hosting:
    """How an environment stands on AWS."""
    merged = merge(aws, content.aws)
    capacity = Capacity(merged.capacity or Capacity.FARGATE)
    written = _written(merged, ("public_tasks", "certificate", "zone", "log_days", "alarm_topic"))
    return Hosting(
        capacity=capacity,
        architecture=architecture_of(merged),
        instances=make_instances(merged),
        databases={database: make_rds(each) for database, each in merged.databases.items()},
        sizes={
            part: size
            for _, part, cpu, memory in asked(table, content)
            if (size := size_of(capacity, cpu, memory)) is not None
        },
        protected=name == PRODUCTION if merged.protected is None else merged.protected,
        **written,
    )


def merge(common: HostingTable, own: HostingTable | None) -> HostingTable:
    """What holds for an environment: its own keys before those for all. Instances and each database go key by key."""
    if own is None:
        return common
    changes: dict[str, Any] = {key: getattr(own, key) for key in own.model_fields_set - {"instances", "databases"}}
    databases = dict(common.databases)
    for name, table in own.databases.items():
        databases[name] = _over(databases.get(name, RdsTable()), table)
    return common.model_copy(
        update={**changes, "instances": _over(common.instances, own.instances), "databases": databases}
    )


def _over(common: T, own: T) -> T:
    return common.model_copy(update={key: getattr(own, key) for key in own.model_fields_set})


def architecture_of(hosting: HostingTable) -> Architecture:
    """The architecture; when none is written, that of the instances' type."""
    if hosting.architecture is not None:
        return Architecture(hosting.architecture)
    on_arm = hosting.capacity == Capacity.EC2 and is_arm(hosting.instances.type or "")
    return Architecture.ARM64 if on_arm else Architecture.X86_64


def is_arm(instance: str) -> bool:
    """Whether an instance type has AWS's own processors."""
    return ARM_FAMILY.match(instance) is not None


def make_instances(hosting: HostingTable) -> Instances:
    """The instances, of a type that has the architecture."""
    table: InstancesTable = hosting.instances
    default = Instances(type=ARM_TYPE) if architecture_of(hosting) is Architecture.ARM64 else Instances()
    least = default.minimum if table.min is None else table.min
    return Instances(
        type=table.type or default.type,
        minimum=least,
        maximum=max(default.maximum, least) if table.max is None else table.max,
    )


def make_rds(table: RdsTable) -> Rds:
    """What a database runs on."""
    return Rds(**_written(table, tuple(RdsTable.model_fields)))


def asked(table: FileTable, content: EnvironmentTable) -> Iterator[tuple[str, str, float | None, int | None]]:
    """What the file says of each service's and job's size in an environment: its kind, its name, cores and bytes."""
    services: Mapping[str, ServiceTable] = table.services or {"web": ServiceTable()}
    jobs: Mapping[str, JobTable] = table.jobs
    for name, part in services.items():
        service = translate.merge(part, content.services.get(name))
        yield "services", name, service.cpu, service.memory
    for name, task in jobs.items():
        job = translate.merge_job(task, content.jobs.get(name))
        yield "jobs", name, job.cpu, job.memory


def size_of(capacity: Capacity, cpu: float | None, memory: int | None) -> Size | None:
    """The size of a task; None when Fargate has none, which `aws_size_rules` refuses. Instances take any."""
    if capacity is not Capacity.EC2:
        found = fargate.fit(cpu, memory)
        return found if isinstance(found, Size) else None
    return Size(
        cpu=SMALLEST.cpu if cpu is None else max(1, ceil(cpu * fargate.UNITS)),
        memory=SMALLEST.memory if memory is None else ceil(memory / MIB),
    )


def _written(table: Table, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: getattr(table, key) for key in keys if getattr(table, key) is not None}

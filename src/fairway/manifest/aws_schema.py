"""The tables of the app on AWS. Rules between its keys are in `aws_rules` and the files beside it.

What says how an environment stands there may be written in `[aws]`, for all of them, and in `[environments.NAME.aws]`,
where the keys stand that differ.
"""

from typing import Annotated

from pydantic import Field

from fairway.domain import ids
from fairway.domain.aws import limits
from fairway.domain.aws.wanted import Architecture, Capacity, Nat, Provider
from fairway.manifest import aws_values, values
from fairway.manifest.table import Table

NAMES = {"propertyNames": {"pattern": f"^{ids.NAME.pattern}$"}}
PROVIDERS = tuple(each.value.lower() for each in Provider)
SUBNETS = 'a list of subnets, such as ["subnet-0a1b2c3d", "subnet-4e5f6a7b"]'


class RepositoryTable(Table):
    """Where the code lives, and the connection by which AWS reads it."""

    provider: Annotated[str | None, aws_values.word(PROVIDERS)] = None
    name: Annotated[
        str | None, aws_values.matching('owner and repository, such as "acme/shop"', aws_values.REPOSITORY)
    ] = None
    connection: Annotated[
        str | None,
        aws_values.matching(
            'a connection\'s ARN, such as "arn:aws:codeconnections:REGION:ACCOUNT:connection/…"', aws_values.CONNECTION
        ),
    ] = None


class NetworkTable(Table):
    """The network: one that is made (`cidr`, `nat`), or one that exists (`vpc` and its subnets)."""

    cidr: Annotated[str | None, aws_values.cidr()] = None
    nat: Annotated[str | None, aws_values.word(tuple(each.value for each in Nat))] = None
    vpc: Annotated[str | None, aws_values.matching('a VPC, such as "vpc-0a1b2c3d"', aws_values.VPC)] = None
    public_subnets: Annotated[tuple[str, ...] | None, aws_values.several(SUBNETS, aws_values.SUBNET)] = None
    private_subnets: Annotated[tuple[str, ...] | None, aws_values.several(SUBNETS, aws_values.SUBNET)] = None


class InstancesTable(Table):
    """The EC2 instances of an environment."""

    type: Annotated[str | None, aws_values.matching('an instance type, such as "t3.medium"', aws_values.INSTANCE)] = (
        None
    )
    min: Annotated[int | None, values.whole(0, limits.INSTANCES)] = None
    max: Annotated[int | None, values.whole(1, limits.INSTANCES)] = None


class RdsTable(Table):
    """What a database of the file runs on."""

    size: Annotated[
        str | None, aws_values.matching('an instance class, such as "db.t4g.micro"', aws_values.DATABASE)
    ] = None
    storage: Annotated[int | None, values.whole(*limits.STORAGE)] = None
    multi_zone: Annotated[bool | None, values.truth("true or false")] = None
    retention: Annotated[int | None, values.whole(*limits.RETENTION)] = None


class HostingTable(Table):
    """How an environment stands on AWS. In an environment, the keys that differ there."""

    capacity: Annotated[str | None, aws_values.word(tuple(each.value for each in Capacity))] = None
    architecture: Annotated[str | None, aws_values.word(tuple(each.value for each in Architecture))] = None
    instances: InstancesTable = InstancesTable()
    public_tasks: Annotated[bool | None, values.truth("true or false")] = None
    certificate: Annotated[
        str | None,
        aws_values.matching(
            'a certificate\'s ARN, such as "arn:aws:acm:REGION:ACCOUNT:certificate/…"', aws_values.CERTIFICATE
        ),
    ] = None
    zone: Annotated[
        str | None, aws_values.matching('a hosted zone\'s id, such as "Z0123456789ABCDEFGHIJ"', aws_values.ZONE)
    ] = None
    databases: Annotated[dict[str, RdsTable], Field(json_schema_extra=NAMES)] = {}
    log_days: Annotated[int | None, aws_values.log_days()] = None
    alarm_topic: Annotated[
        str | None, aws_values.matching('a topic\'s ARN, such as "arn:aws:sns:REGION:ACCOUNT:alarms"', aws_values.TOPIC)
    ] = None
    protected: Annotated[bool | None, values.truth("true or false")] = None


class AwsTable(HostingTable):
    """The app on AWS, and what holds for all its environments there."""

    region: Annotated[str | None, aws_values.region()] = None
    account: Annotated[str | None, aws_values.account()] = None
    tags: Annotated[dict[str, str], aws_values.tags()] = {}
    repository: RepositoryTable = RepositoryTable()
    network: NetworkTable = NetworkTable()

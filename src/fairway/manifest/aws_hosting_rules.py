"""Rules about how one environment stands on AWS: its machines, its names, its databases."""

import re

from fairway.domain.address import Engine
from fairway.domain.app import Environment
from fairway.domain.aws import limits
from fairway.domain.aws.wanted import Architecture, Capacity
from fairway.domain.managed import Managed
from fairway.manifest import aws_translate, aws_values, places
from fairway.manifest.aws_schema import AwsTable, HostingTable
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems, nearest
from fairway.manifest.schema import FileTable


def check(table: FileTable, aws: AwsTable, environment: Environment, problems: Problems) -> None:
    """Check one environment."""
    content = table.environments.get(environment.name)
    own = content.aws if content is not None else None
    hosting = aws_translate.merge(aws, own)
    _check_machines(table, environment.name, hosting, problems)
    _check_region(table, aws, environment.name, hosting, problems)
    _check_domains(environment, hosting, own, problems)
    for database in environment.databases:
        _check_database(table, environment.name, database, problems)
    _check_names(table, environment.name, own or HostingTable(), problems)


def _check_machines(table: FileTable, name: str, hosting: HostingTable, problems: Problems) -> None:
    if hosting.capacity != Capacity.EC2:
        return
    if hosting.public_tasks:
        message = "tasks on EC2 instances can't have public addresses; on Fargate they can"
        hint = "leave public_tasks out; a load balancer reaches tasks in private subnets"
        problems.add(_place(table, name, "public_tasks"), message, hint)
    kind, least, most = hosting.instances.type, hosting.instances.min, hosting.instances.max
    if kind is not None and hosting.architecture is not None:
        fits = aws_translate.is_arm(kind) == (hosting.architecture == Architecture.ARM64)
        if not fits:
            other = Architecture.ARM64 if aws_translate.is_arm(kind) else Architecture.X86_64
            path = _place(table, name, "instances", "type")
            problems.add(
                path, f"{kind} can't run what is built for {hosting.architecture}", f'architecture = "{other}"'
            )
    if least is not None and most is not None and least > most:
        problems.add(_place(table, name, "instances", "min"), f"min {least} is above max {most}")


def _check_region(table: FileTable, aws: AwsTable, name: str, hosting: HostingTable, problems: Problems) -> None:
    """A load balancer takes certificates, and alarms go to topics, of their own region and account only."""
    patterns: dict[str, re.Pattern[str]] = {"certificate": aws_values.CERTIFICATE, "alarm_topic": aws_values.TOPIC}
    for key, pattern in patterns.items():
        arn = getattr(hosting, key)
        found = pattern.fullmatch(arn) if arn is not None else None
        if found is None or aws.region is None:
            continue
        if found[1] != aws.region:
            message = f"it is of the region {found[1]}, and the app is in {aws.region}"
            problems.add(_place(table, name, key), message, f"name one of {aws.region}")
        elif aws.account is not None and found[2] != aws.account:
            message = f"it is of the account {found[2]}, and the app is in {aws.account}"
            problems.add(_place(table, name, key), message, "name one of that account", because_of=[("aws", "account")])


def _check_domains(
    environment: Environment, hosting: HostingTable, own: HostingTable | None, problems: Problems
) -> None:
    name = environment.name
    if environment.domains and hosting.certificate is None and hosting.zone is None:
        message = "on AWS these names need a certificate, or the hosted zone of Route 53 in which one is proven"
        hint = f'[environments.{name}.aws] with zone = "Z…", or certificate = "arn:aws:acm:…"'
        causes: list[Path] = [
            (*base, "aws", key) for base in ((), ("environments", name)) for key in ("zone", "certificate")
        ]
        problems.add(("environments", name, "domains"), message, hint, because_of=causes)
    elif environment.domains and hosting.certificate is None:
        shortest = min(environment.domains, key=len)
        if len(shortest) > limits.COMMON_NAME:
            message = (
                f"a certificate needs one name of at most {limits.COMMON_NAME} characters, and {shortest} is longer"
            )
            problems.add(("environments", name, "domains"), message, "add a shorter one, or name a certificate")
    if not environment.redirect and (hosting.certificate is not None or hosting.zone is not None):
        message = "on AWS the load balancer always sends plain requests on to HTTPS where it has a certificate"
        problems.add(("environments", name, "https"), message, "leave https out")
    if own is not None and own.zone is not None and not environment.domains:
        path: Path = ("environments", name, "aws", "zone")
        message = "there is nothing to point to from the zone: the environment has no domains"
        problems.add(
            path, message, f"add domains to [environments.{name}]", because_of=[("environments", name, "domains")]
        )


def _check_database(table: FileTable, name: str, database: Managed, problems: Problems) -> None:
    """RDS runs PostgreSQL as it is, of some versions."""
    if database.engine is Engine.SQLITE:
        message = f"{database.name} is a SQLite file, and tasks on AWS share no disk"
        hint = f'engine = "postgres", or [environments.{name}.databases.{database.name}] with enabled = false'
        problems.add(("databases", database.name, "engine"), message, hint)
        return
    if database.image is not None:
        path = places.place(table, name, "databases", database.name, "image") or ("databases", database.name)
        problems.add(path, f"RDS runs no image: {database.image} can't be had on AWS", "leave image out")
    if database.version is not None and database.version not in limits.POSTGRES:
        path = places.place(table, name, "databases", database.name, "version") or ("databases", database.name)
        least, most = limits.POSTGRES[0], limits.POSTGRES[-1]
        closest = most if int(database.version) > int(most) else least
        problems.add(path, f"RDS has PostgreSQL {least} to {most}, not {database.version}", f'version = "{closest}"')


def _check_names(table: FileTable, environment: str, own: HostingTable, problems: Problems) -> None:
    """What is said of a database on AWS is of one that the file has."""
    said: list[Path] = [("environments", environment, "aws", "databases", name) for name in own.databases]
    said += [("aws", "databases", name) for name in (table.aws.databases if table.aws else {})]
    for path in said:
        name = str(path[-1])
        if name not in table.databases:
            close = nearest(name, set(table.databases))
            hint = (
                f'the nearest one is "{close}"' if close else f'declare it: [databases.{name}] with engine = "postgres"'
            )
            problems.add(path, f'there is no database "{name}"', hint, because_of=[("databases",), ("databases", name)])


def _place(table: FileTable, environment: str, *keys: str) -> Path:
    """Where the file says it; the table for all when it is only a default."""
    return places.place(table, environment, "aws", *keys) or ("aws", *keys)

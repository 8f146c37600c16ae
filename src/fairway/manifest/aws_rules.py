"""Rules about `[aws]` itself: what it needs, its network, and which environments it is for."""

from fairway.domain.app import Environment
from fairway.domain.aws.wanted import Capacity
from fairway.manifest import (
    aws_hosting_rules,
    aws_migration_rules,
    aws_pipeline_rules,
    aws_size_rules,
    aws_translate,
)
from fairway.manifest.aws_schema import AwsTable, NetworkTable
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems
from fairway.manifest.schema import EnvironmentTable, FileTable

EXISTING = ("vpc", "public_subnets", "private_subnets")
OWN = ("cidr", "nat")


def check(table: FileTable, environments: dict[str, Environment], problems: Problems) -> None:
    """Check all that has to do with AWS; nothing without `[aws]` but that no environment has a table of it."""
    if table.aws is None:
        for name, content in table.environments.items():
            if content.aws is not None:
                message = "says how the environment stands on AWS, but the file has no [aws]"
                problems.add(("environments", name, "aws"), message, "add [aws] with region and repository")
        return
    _check_needed(table.aws, problems)
    _check_network(table.aws.network, problems)
    _check_instances(table, table.aws, problems)
    network = aws_translate.make_network(table.aws.network)
    for environment in environments.values():
        aws_migration_rules.check(table, network, environment, problems)
        aws_hosting_rules.check(table, table.aws, environment, problems)
        aws_size_rules.check(table, table.aws, environment, problems)
    aws_pipeline_rules.check(table, problems)


def _check_needed(aws: AwsTable, problems: Problems) -> None:
    if aws.region is None:
        problems.add(("aws", "region"), "region is missing", 'for example: region = "eu-central-1"')
    for key, example in (("provider", "github"), ("name", "acme/shop")):
        if getattr(aws.repository, key) is None:
            message = f"{key} is missing: the pipeline on AWS fetches the code by itself"
            problems.add(("aws", "repository", key), message, f'for example: {key} = "{example}"')


def _check_network(network: NetworkTable, problems: Problems) -> None:
    """A network is made, or it exists; and one that exists is named whole."""
    base: Path = ("aws", "network")
    existing = [key for key in EXISTING if getattr(network, key) is not None]
    own = [key for key in OWN if getattr(network, key) is not None]
    if existing and own:
        message = f"{own[0]} is for a network that Fairway makes, {existing[0]} for one that exists"
        problems.add((*base, own[0]), message, f"leave out {own[0]}, or {' and '.join(existing)}")
    elif existing and len(existing) < len(EXISTING):
        missing = [key for key in EXISTING if key not in existing]
        message = f"a network that exists needs {' and '.join(missing)} too"
        problems.add(base, message, because_of=[(*base, key) for key in missing])
    both = set(network.public_subnets or ()) & set(network.private_subnets or ())
    if both:
        message = f"{min(both)} can't be public and private: the one is routed to the internet, the other is not"
        problems.add((*base, "private_subnets"), message)


def _check_instances(table: FileTable, aws: AwsTable, problems: Problems) -> None:
    """What is said of instances is for environments that have some."""
    contents = table.environments or {"production": EnvironmentTable()}
    on_ec2 = {name for name, each in contents.items() if aws_translate.merge(aws, each.aws).capacity == Capacity.EC2}
    said: list[tuple[Path, bool]] = []
    if "instances" in aws.model_fields_set:
        said.append((("aws", "instances"), bool(on_ec2)))
    for name, content in contents.items():
        if content.aws is not None and "instances" in content.aws.model_fields_set:
            said.append((("environments", name, "aws", "instances"), name in on_ec2))
    for path, used in said:
        if not used:
            message = 'instances are for capacity = "ec2": on Fargate there are none to choose'
            problems.add(
                path, message, f'add capacity = "ec2", or leave {path[-1]} out', because_of=[("aws", "capacity")]
            )

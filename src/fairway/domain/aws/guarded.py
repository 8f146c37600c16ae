"""What of an environment's `[migrations]` the guard can't do on AWS, by name.

The manifest says it at the file's line (`manifest.aws_migration_rules`); no template is made of an App that got so far
all the same, and the stage refuses a release of it.
"""

from collections.abc import Iterator

from fairway.domain.app import Environment
from fairway.domain.aws.unfit import Unfit, findings
from fairway.domain.aws.wanted import Nat, Network, OwnNetwork
from fairway.domain.migrations import CopyBy, Migrations, Restoring, Tool
from fairway.errors import UsageError

SECTION = "migrations"


def unfit(environment: Environment, network: Network) -> tuple[Unfit, ...]:
    """What can't be done; none of an environment without migrations. A `path` begins at `migrations`, which stands in
    the environment's own table or in the one for all, or at `aws`."""
    if environment.migrations is None:
        return ()
    return (
        *_of_migrations(environment.migrations),
        *_of_copies(environment, environment.migrations),
        *_of_network(network),
    )


def require_fit(environment: Environment, network: Network) -> None:
    """Raise UsageError with all that can't be done."""
    if problems := unfit(environment, network):
        raise UsageError(
            f"the migrations of {environment.name} can't be guarded on AWS as fairway.toml asks for it",
            why="; ".join(f"{each.key}: {each.message}" for each in problems),
            hint=problems[0].hint,
            findings=findings(problems),
        )


def _of_migrations(wanted: Migrations) -> Iterator[Unfit]:
    if wanted.tool is Tool.SQL and not wanted.command:
        yield Unfit(
            path=(SECTION, "tool"),
            message="on AWS Fairway can't run a folder of SQL files by itself: a task of ECS can be given no files",
            hint='command = "…", which runs them from the image',
        )


def _of_copies(environment: Environment, wanted: Migrations) -> Iterator[Unfit]:
    if wanted.copy_by is CopyBy.SNAPSHOT and wanted.database not in environment.given:
        yield Unfit(
            path=(SECTION, "copy_by"),
            message=f"only a database that Fairway has RDS run can be copied by a snapshot, and {wanted.database} is "
            "that of another one",
            hint='copy_by = "dump", or a database of your own: [databases.main] in fairway.toml',
        )
    if wanted.copy_by is CopyBy.SNAPSHOT and wanted.restore is Restoring.AUTOMATIC:
        yield Unfit(
            path=(SECTION, "copy_by"),
            message="no snapshot is put back by itself: RDS restores it as another instance",
            hint='restore = "ask"',
        )


def _of_network(network: Network) -> Iterator[Unfit]:
    if isinstance(network, OwnNetwork) and network.nat is Nat.NONE:
        yield Unfit(
            path=("aws", "network", "nat"),
            message="migrations are rehearsed in the private subnets, where the database is reached, and that needs a "
            "way to the internet from there",
            hint='nat = "one"',
        )

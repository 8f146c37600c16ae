"""What somebody does next about a database on AWS, where no Fairway server is to be asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fairway.domain import proof
from fairway.domain.app import App
from fairway.domain.aws.guardplace import GuardPlace
from fairway.domain.ids import EnvironmentName
from fairway.domain.passage import Passage
from fairway.pipeline.cloud import restoring, setting

STEPS = "docs/how-to/migrate-a-database.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnAws:
    """`fairway.migrate.advice.Advice`. `instances` are the identifiers in RDS of the environment's own databases, by
    the variable that has each one's URL."""

    app: App
    place: GuardPlace
    instances: Mapping[str, str]

    def report(self, passage: Passage) -> tuple[str, ...]:
        """All of it stands in the stage's log."""
        return ()

    def ask(self) -> str:
        """Nobody can be shown anything before a stage of CodePipeline has begun."""
        return (
            "nobody can agree inside CodeBuild: who wants it all the same says so in the commit, by "
            'RULE = "warn" under [migrations.policies] in fairway.toml'
        )

    def close(self) -> str:
        """By fairway.toml, for which the stack needs a parameter."""
        return "or close the environment while it migrates: migrations.maintenance = true, then fairway aws up"

    def again(self) -> str:
        """As everything that a stage does."""
        return "a retry of the stage in CodePipeline tries it again"

    def backup(self, passage: Passage) -> str:
        """Where it lies, sealed."""
        if passage.backup is None:
            return ""
        if passage.snapshot:
            return f"backup {passage.backup}, the snapshot {passage.snapshot} of RDS"
        return f"backup {passage.backup}, s3://{self.place.bucket}/{proof.file_name(passage.app, passage.backup)}"

    def restore(self, passage: Passage) -> str:
        """By the next run of the stage, where there is a backup; of a database of RDS by RDS's own way too."""
        since = stamp(passage.created_at)
        ways = []
        if passage.snapshot:
            ways.append(self._replace(passage))
        elif passage.backup is not None:
            told = setting.switch(self.app.name, self.place.environment, restoring.VARIABLE, passage.backup)
            ways.append(
                f"{told} and push a commit that mends it: its stage puts {self.backup(passage)} back first, "
                f"and what was written since {since} is lost"
            )
        if (instance := self.instances.get(passage.variable)) is not None:
            ways.append(
                "aws rds restore-db-instance-to-point-in-time"
                f" --source-db-instance-identifier {instance} --target-db-instance-identifier {instance}-before"
                f" --restore-time {since} makes a second instance as of then"
            )
        return "; or ".join(ways)

    def _replace(self, passage: Passage) -> str:
        """An instance from the snapshot takes the real one's name, and with it its address: no variable changes."""
        instance = self.instances.get(passage.variable, "INSTANCE")
        return (
            f"put an instance from {self.backup(passage)} in the place of {instance}, and what was written since "
            f"{stamp(passage.created_at)} is lost: stop the services, then aws rds modify-db-instance"
            f" --db-instance-identifier {instance} --new-db-instance-identifier {instance}-before --apply-immediately;"
            " when that is done, aws rds restore-db-instance-from-db-snapshot"
            f" --db-instance-identifier {instance} --db-snapshot-identifier {passage.snapshot} with the groups of"
            f" {instance}-before ({STEPS} has the whole commands)"
        )

    def reopen(self, passage: Passage) -> str:
        """By the next deployment that comes up."""
        return setting.begin_again(self.app.name)

    def name(self, environment: EnvironmentName, variable: str) -> str:
        """In the file that `fairway aws up` reads."""
        return setting.put(self.app, environment, [variable])


def stamp(at: float) -> str:
    """A time as AWS's commands take it: `2026-11-30T14:11:02Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

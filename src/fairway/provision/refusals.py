"""What the room refuses to do, each with the way out."""

from collections.abc import Sequence

from fairway.domain.aws.stack import Action, Change, ChangeSet, StackEvent
from fairway.errors import Conflict

LOST = {
    "AWS::DynamoDB::Table": "the migration guard's records: what was migrated, which backups there are",
    "AWS::RDS::DBInstance": "the database and everything in it",
    "AWS::SecretsManager::Secret": "the values that were put into it",
    "AWS::ECR::Repository": "every image, and so every rollback",
    "AWS::S3::Bucket": "what lies in it",
    "AWS::KMS::Key": "everything that is encrypted with it",
}
DELETIONS = {
    "AWS::DynamoDB::Table": "aws dynamodb delete-table --table-name {id}",
    "AWS::SecretsManager::Secret": "aws secretsmanager delete-secret --force-delete-without-recovery --secret-id {id}",
    "AWS::ECR::Repository": "aws ecr delete-repository --force --repository-name {id}",
    "AWS::S3::Bucket": "aws s3 rb --force s3://{id}",
    "AWS::RDS::DBInstance": "aws rds delete-db-instance --db-instance-identifier {id}",
    "AWS::KMS::Key": "aws kms schedule-key-deletion --key-id {id}",
    "AWS::Logs::LogGroup": "aws logs delete-log-group --log-group-name {id}",
}
"""How somebody who means it deletes what a stack has left."""


def losing(proposed: Sequence[ChangeSet]) -> Conflict:
    """Changes that would cost data."""
    lines = [f"{changes.stack}: {loss(change)}" for changes in proposed for change in changes.losses]
    return Conflict(
        "nothing was changed: data would be lost",
        why="\n".join(lines),
        hint="undo that change of fairway.toml; or --replace-data, with a backup at hand, does it all the same",
    )


def loss(change: Change) -> str:
    """`DatabaseMain (AWS::RDS::DBInstance) would be replaced because of Engine: gone would be the database …`."""
    done = "deleted" if change.action is Action.REMOVE else "replaced"
    cause = f" because of {', '.join(change.properties)}" if change.properties else ""
    return f"{change.logical} ({change.type}) would be {done}{cause}: gone would be {LOST.get(change.type, 'its data')}"


def left_behind(name: str, left: Sequence[StackEvent]) -> Conflict:
    """What a failed creation has left, under names that the next one needs."""
    return Conflict(
        f"{name} can't be made again: its creation failed and left something behind",
        why="\n".join(f"{each.logical} ({each.type}) is kept by its own rule: {each.physical}" for each in left),
        hint="\n".join([*map(deletion, left), "then fairway aws up --replace-data, which takes it for gone"]),
    )


def deletion(left: StackEvent) -> str:
    """The command that deletes a resource."""
    return DELETIONS.get(left.type, "delete {id} in the console").format(id=left.physical)


def unrecovered(name: str, cause: StackEvent | None, *, again: bool = False) -> Conflict:
    """A rollback that failed."""
    reason = f"{cause.logical} ({cause.type}): {cause.reason or cause.status}" if cause else ""
    skip = f" --resources-to-skip {cause.logical}" if cause else ""
    return Conflict(
        f"{name} is in UPDATE_ROLLBACK_FAILED" + (" again" if again else ""),
        why="\n".join(part for part in ("CloudFormation could not take a change back, and waits", reason) if part),
        hint=f"leave it out: aws cloudformation continue-update-rollback --stack-name {name}{skip}"
        if again
        else "mend what it names, then fairway aws up --recover goes on with the rollback",
    )


def stuck(name: str) -> Conflict:
    """A deletion that failed: CloudFormation takes no changes any more."""
    return Conflict(
        f"{name} is half deleted",
        why="it is in DELETE_FAILED, and then CloudFormation only lets it be deleted altogether",
        hint="fairway aws down goes on with that; then fairway aws up makes it anew",
    )


def contended(name: str) -> Conflict:
    """Somebody else was quicker, again and again."""
    return Conflict(
        f"somebody else is at work on {name}",
        why="each time that Fairway was about to change it, it had been changed meanwhile",
        hint="is another fairway aws up running, or the pipeline? fairway aws up again when it is through",
    )


def closed(environment: str) -> Conflict:
    """The error for an environment that is closed, and would not open by what is wanted of it."""
    return Conflict(
        f"{environment} is closed, and this fairway.toml can't open it",
        why="it has no maintenance = true under [migrations], so that its template knows of no door",
        hint="deploy a commit that has it: that opens the environment; take it out with a later one",
    )

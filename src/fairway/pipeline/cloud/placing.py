"""Where the guard of an environment is, read from what its stacks put out."""

from fairway.cloudformation import wires
from fairway.domain.aws import doors, names
from fairway.domain.aws.guardplace import GuardPlace
from fairway.domain.aws.stack import Kind, SeenStack
from fairway.domain.migrations import CopyBy
from fairway.errors import Conflict
from fairway.pipeline.cloud import closing, refusing
from fairway.pipeline.cloud.preparing import Prepared

DATA = (wires.PASSAGES, wires.BACKUPS, wires.BACKUP_KEY)
SERVICES = (
    wires.CLUSTER,
    wires.MIGRATION_SUBNETS,
    wires.MIGRATION_GROUPS,
    wires.MIGRATION_ROLE,
    wires.MIGRATION_LOGS,
)


def read(prepared: Prepared, data: SeenStack | None) -> GuardPlace:
    """Raises Conflict that names every output which is not there yet, or the parameter by which it is closed."""
    settings = prepared.environment.migrations
    if settings is not None and settings.maintenance and doors.read(prepared.seen.parameters) is None:
        raise closing.missing(prepared.name, prepared.stack.name)
    outputs = {**(data.outputs if data is not None else {}), **prepared.seen.outputs}
    copied = of_copies(prepared)
    stack = names.stack(prepared.app.name, Kind.DATA, prepared.name)
    wanted = [*((stack, each) for each in (*DATA, *copied)), *((prepared.stack.name, each) for each in SERVICES)]
    missing = [f"{stack} puts out no {each}" for stack, each in wanted if not outputs.get(each)]
    if missing:
        raise Conflict(
            f"{prepared.name} has migrations, and what guards them is not there yet",
            why="; ".join(missing),
            hint="fairway aws up, in a checkout of this commit; then try this stage again",
        )
    return GuardPlace(
        app=prepared.app.name,
        environment=prepared.name,
        region=refusing.require_aws(prepared.app).region,
        table=outputs[wires.PASSAGES],
        bucket=outputs[wires.BACKUPS],
        key=outputs[wires.BACKUP_KEY],
        cluster=outputs[wires.CLUSTER],
        subnets=listed(outputs[wires.MIGRATION_SUBNETS]),
        groups=listed(outputs[wires.MIGRATION_GROUPS]),
        role=outputs[wires.MIGRATION_ROLE],
        task_role=outputs.get(wires.MIGRATION_TASK_ROLE) or None,
        logs=outputs[wires.MIGRATION_LOGS],
        architecture=refusing.hosting_of(prepared.app, prepared.name).architecture,
        source=outputs[copied[1]] if copied else "",
        copies=outputs[copied[0]] if copied else "",
    )


def of_copies(prepared: Prepared) -> tuple[str, ...]:
    """The data stack's outputs for a database that RDS copies: the copies' group, and the instance; else none."""
    migrations = prepared.environment.migrations
    if migrations is None or migrations.copy_by is not CopyBy.SNAPSHOT:
        return ()
    return (wires.COPIES, wires.database(prepared.environment.given[migrations.database]))


def listed(joined: str) -> tuple[str, ...]:
    """The ids of an output that joins them with commas."""
    return tuple(each.strip() for each in joined.split(",") if each.strip())

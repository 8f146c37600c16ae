"""Where a migration's task runs: a job that the deployment starts once, before it changes this stack.

The task always runs on Fargate and in the private subnets: there the way to the database is the build's own, and no
instance has to have room for it.
"""

from troposphere import Join, Ref, Template

from fairway.cloudformation import wires
from fairway.cloudformation.services import errand
from fairway.cloudformation.services.errand import Errand
from fairway.cloudformation.services.place import Place

ROLE, LOGS = "MigrationRole", "MigrationLogGroup"
LOG = "fairway/migrations"


def add(template: Template, place: Place) -> None:
    """All that a migration's task needs of the stack."""
    name = place.environment.name
    migration = Errand(
        role=ROLE,
        group=LOGS,
        log=LOG,
        logs=wires.MIGRATION_LOGS,
        roles=(wires.MIGRATION_ROLE, wires.migration_role(name)),
        task_roles=(wires.MIGRATION_TASK_ROLE, wires.migration_task_role(name)),
    )
    where = {
        wires.MIGRATION_SUBNETS: Join(",", Ref(wires.PRIVATE_SUBNETS)),
        wires.MIGRATION_GROUPS: Join(",", place.network()["SecurityGroups"]),
    }
    errand.add(template, place, migration, where)

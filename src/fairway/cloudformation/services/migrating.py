"""Where a migration's task runs: a job that the deployment starts once, before it changes this stack.

The deployment makes its task definition, and a secret with the variables that the migration gets; here is what these
need of the stack. The task always runs on Fargate and in the private subnets: there the way to the database is the
build's own, and no instance has to have room for it. The app's own policies hold for it as for every other task.
"""

from troposphere import GetAtt, Join, Output, Ref, Template, iam, logs

from fairway.cloudformation import argued, wires
from fairway.cloudformation.services import task_roles
from fairway.cloudformation.services.place import Place
from fairway.domain.aws import names

ROLE, LOGS = "MigrationRole", "MigrationLogGroup"
LOG = "fairway/migrations"
"""Under the environment's logs, where no service's or job's can be: a name has no slash."""


def add(template: Template, place: Place) -> None:
    """The log, the role by which ECS starts the task, and where it runs, as outputs."""
    template.add_resource(
        logs.LogGroup(
            LOGS,
            LogGroupName=names.log_group(place.app.name, place.environment.name, LOG),
            RetentionInDays=place.hosting.log_days,
            Metadata=argued.exceptions(argued.LOGS_KEY),
        )
    )
    template.add_resource(
        iam.Role(
            ROLE,
            Path=place.role_path,
            AssumeRolePolicyDocument=task_roles.assumed_by_tasks(),
            Policies=[iam.Policy(PolicyName="start", PolicyDocument=task_roles.start_errand(place, LOGS))],
        )
    )
    name = place.environment.name
    values = {
        wires.MIGRATION_SUBNETS: Join(",", Ref(wires.PRIVATE_SUBNETS)),
        wires.MIGRATION_GROUPS: Join(",", place.network()["SecurityGroups"]),
        wires.MIGRATION_ROLE: GetAtt(ROLE, "Arn"),
        wires.MIGRATION_TASK_ROLE: GetAtt(task_roles.TASK, "Arn"),
        wires.MIGRATION_LOGS: Ref(LOGS),
        wires.migration_role(name): GetAtt(ROLE, "Arn"),
        wires.migration_task_role(name): GetAtt(task_roles.TASK, "Arn"),
    }
    for output, value in values.items():
        template.add_output(Output(output, Value=value))

"""Where an environment's own commands run: jobs that its stage starts once, before or after it changes this stack.

As with a migration the stage makes the task definition, and a secret with the variables; here is what these need of the
stack. The task runs on Fargate in the services' own subnets and security groups, and the app's own policies hold for
it: what a command checks, it sees as the app does.
"""

from troposphere import GetAtt, Join, Output, Ref, Template, iam, logs

from fairway.cloudformation import argued, wires
from fairway.cloudformation.services import task_roles
from fairway.cloudformation.services.place import Place
from fairway.domain.aws import names

ROLE, LOGS = "ActionRole", "ActionLogGroup"
LOG = "fairway/actions"
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
    name, network = place.environment.name, place.network()
    values = {
        wires.ACTION_SUBNETS: Join(",", network["Subnets"]),
        wires.ACTION_GROUPS: Join(",", network["SecurityGroups"]),
        wires.ACTION_ROLE: GetAtt(ROLE, "Arn"),
        wires.ACTION_TASK_ROLE: GetAtt(task_roles.TASK, "Arn"),
        wires.ACTION_LOGS: Ref(LOGS),
        wires.action_role(name): GetAtt(ROLE, "Arn"),
        wires.action_task_role(name): GetAtt(task_roles.TASK, "Arn"),
    }
    for output, value in values.items():
        template.add_output(Output(output, Value=value))

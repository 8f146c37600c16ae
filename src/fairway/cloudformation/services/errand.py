"""What a stack has for the tasks that a stage starts once, beside its services: a migration, a command of one's own.

The stage makes the task's definition, and a secret with the variables that the task gets. Here are the log, the role by
which ECS starts it, and where it runs. The app's own policies hold for it as for every other task.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Output, Ref, Template, iam, logs

from fairway.cloudformation import argued
from fairway.cloudformation.services import task_roles
from fairway.cloudformation.services.place import Place
from fairway.domain.aws import names


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One kind of them. `role` and `group` are the logical names of its role and its log; `log` the log's name under
    the environment's, where no service's or job's can be, as a name has no slash. The others are outputs: those of
    the log, and those that give the role and the app's own to whoever may hand them to a task."""

    role: str
    group: str
    log: str
    logs: str
    roles: tuple[str, ...]
    task_roles: tuple[str, ...]


def add(template: Template, place: Place, errand: Errand, outputs: Mapping[str, Any]) -> None:
    """The log and the role, with these `outputs` besides: where it runs."""
    template.add_resource(
        logs.LogGroup(
            errand.group,
            LogGroupName=names.log_group(place.app.name, place.environment.name, errand.log),
            RetentionInDays=place.hosting.log_days,
            Metadata=argued.exceptions(argued.LOGS_KEY),
        )
    )
    template.add_resource(
        iam.Role(
            errand.role,
            Path=place.role_path,
            AssumeRolePolicyDocument=task_roles.assumed_by_tasks(),
            Policies=[iam.Policy(PolicyName="start", PolicyDocument=task_roles.start_errand(place, errand.group))],
        )
    )
    values = {
        **outputs,
        **{each: GetAtt(errand.role, "Arn") for each in errand.roles},
        **{each: GetAtt(task_roles.TASK, "Arn") for each in errand.task_roles},
        errand.logs: Ref(errand.group),
    }
    for output, value in values.items():
        template.add_output(Output(output, Value=value))

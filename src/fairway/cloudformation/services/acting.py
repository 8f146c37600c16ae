"""Where an environment's own commands run: jobs that its stage starts once, before or after it changes this stack.

The task runs on Fargate in the services' own subnets and security groups: what a command checks, it sees as the app
does.
"""

from troposphere import Join, Template

from fairway.cloudformation import wires
from fairway.cloudformation.services import errand
from fairway.cloudformation.services.errand import Errand
from fairway.cloudformation.services.place import Place

ROLE, LOGS = "ActionRole", "ActionLogGroup"
LOG = "fairway/actions"


def add(template: Template, place: Place) -> None:
    """All that a command's task needs of the stack."""
    name, network = place.environment.name, place.network()
    command = Errand(
        role=ROLE,
        group=LOGS,
        log=LOG,
        logs=wires.ACTION_LOGS,
        roles=(wires.ACTION_ROLE, wires.action_role(name)),
        task_roles=(wires.ACTION_TASK_ROLE, wires.action_task_role(name)),
    )
    where = {
        wires.ACTION_SUBNETS: Join(",", network["Subnets"]),
        wires.ACTION_GROUPS: Join(",", network["SecurityGroups"]),
    }
    errand.add(template, place, command, where)

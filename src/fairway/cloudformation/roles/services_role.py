"""The role under which CloudFormation changes an environment's services.

It is in the DATA stack, though the pipeline is what needs it. A stack that was once changed under a role is bound to
it: without another one, CloudFormation deletes it under that role alone. So the role is made before the services, and
deleted after them; in the PIPELINE stack, which goes first, it would leave a SERVICES stack behind that can't be
deleted ("Role is invalid or cannot be assumed").
"""

from troposphere import GetAtt, Output, Template

from fairway.cloudformation import wires
from fairway.cloudformation.roles import making as roles
from fairway.cloudformation.roles import permissions, services_permissions
from fairway.domain.app import App, Environment
from fairway.domain.aws import names
from fairway.domain.aws.stack import Kind

ROLE = "ServicesRole"


def add(template: Template, app: App, environment: Environment) -> None:
    """The role, and its ARN as an output."""
    stack = names.stack(app.name, Kind.SERVICES, environment.name)
    roles.make_of_parts(
        template,
        ROLE,
        "cloudformation.amazonaws.com",
        names.path(app.name, environment.name, "cloudformation"),
        services_permissions.of(app, environment),
        source=permissions.arn("cloudformation", f"stack/{stack}/*"),
    )
    template.add_output(Output(wires.services_role(environment.name), Value=GetAtt(ROLE, "Arn")))

"""The SERVICES stack of an environment: what runs, behind what, in how many tasks. A deployment is an update of it.

What comes in beside the app are parameters: the network's, the registry's and the data's outputs, and what a deployment
sets (`wires.IMAGE_DIGEST` and its companions). What goes out are the cluster, the address, and the services' names. It
holds nothing that could not be made again: data has a stack of its own.

Before the first deployment there is no image. The cluster, the load balancer, log groups and roles stand then already;
task definitions, services and what hangs on them come with the condition HAS_IMAGE.
"""

from collections.abc import Sequence

from troposphere import Equals, Not, Output, Parameter, Ref, Template

from fairway.cloudformation import asked, wires
from fairway.cloudformation.services import (
    acting,
    alarms,
    balancing,
    closing,
    cluster,
    loggroups,
    migrating,
    running,
    scaling,
    task_roles,
    tasks,
    timetable,
)
from fairway.cloudformation.services.place import CLUSTER, HAS_IMAGE, Place
from fairway.domain.app import App, Environment
from fairway.domain.aws import serving, unfit
from fairway.domain.aws.acting import commands
from fairway.errors import UsageError

SUBNETS = "List<AWS::EC2::Subnet::Id>"
DIGEST = "sha256:[0-9a-f]{64}"


def make(app: App, environment: Environment, variables: Sequence[str]) -> Template:
    """The template. `variables` are the names of the environment's variables as its secret has them.

    Raises UsageError for an app without `[aws]`, and for what ECS can't do (`serving.problems`).
    """
    hosting = asked.hosting(app, environment)
    if problems := serving.problems(environment, hosting):
        findings = unfit.findings(problems)
        raise UsageError(f"{environment.name} of {app.name} can't run on AWS as it is written", findings=findings)
    own = tuple(sorted(set(variables) - tasks.GIVEN - set(environment.given)))
    place = Place(app=app, environment=environment, hosting=hosting, variables=own)
    template = Template(Description=f"{app.name}: what runs in {environment.name}, by Fairway")
    _add_parameters(template, place)
    template.add_condition(HAS_IMAGE, Not(Equals(Ref(wires.IMAGE_DIGEST), "")))
    cluster.add(template, place)
    balancing.add(template, place)
    closing.add(template, place)
    loggroups.add(template, place)
    task_roles.add(template, place)
    tasks.add(template, place)
    running.add(template, place)
    scaling.add(template, place)
    timetable.add(template, place)
    alarms.add(template, place)
    if environment.migrations is not None:
        migrating.add(template, place)
    if commands(environment):
        acting.add(template, place)
    template.add_output(Output(wires.CLUSTER, Description="The cluster's name", Value=Ref(CLUSTER)))
    return template


def _add_parameters(template: Template, place: Place) -> None:
    """Those that are used, and those that a deployment sets."""
    types = {wires.VPC: "AWS::EC2::VPC::Id", wires.REPOSITORY_URI: "String", wires.REPOSITORY_ARN: "String"}
    if place.routed is not None or place.hosting.public_tasks:
        types[wires.PUBLIC_SUBNETS] = SUBNETS
    if not place.hosting.public_tasks or place.environment.migrations is not None:
        types[wires.PRIVATE_SUBNETS] = SUBNETS
    if place.variables:
        types[wires.CONFIGURATION] = "String"
    if place.environment.databases:
        types[wires.DATABASE_CLIENTS] = "AWS::EC2::SecurityGroup::Id"
        types |= {wires.url_secret(each.name): "String" for each in place.environment.databases}
    for name, kind in types.items():
        template.add_parameter(Parameter(name, Type=kind))
    for name, pattern, description in (
        (wires.IMAGE_DIGEST, DIGEST, "The image that runs; empty before the first deployment"),
        (wires.CONFIGURATION_VERSION, "[A-Za-z0-9-]*", "The version of the variables"),
        (wires.COMMIT, "[0-9a-f]*", "The commit that the image was built from"),
    ):
        allowed = f"^({pattern})?$"
        template.add_parameter(
            Parameter(name, Type="String", Default="", AllowedPattern=allowed, Description=description)
        )

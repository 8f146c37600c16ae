"""The place of a deployment with migrations: in the app's network, with Docker, and with what the guard may do there.

The guard works inside the stage's build: it reaches the database from there, and tries both releases on a copy of it.
"""

from typing import Any

from troposphere import Parameter, Ref, Template, codebuild

from fairway.cloudformation import asked, wires
from fairway.cloudformation.roles import guard_permissions
from fairway.cloudformation.roles import making as roles
from fairway.domain.app import App, Environment
from fairway.domain.aws import names
from fairway.domain.migrations import CopyBy

SHARED = {wires.VPC: "AWS::EC2::VPC::Id", wires.PRIVATE_SUBNETS: "List<AWS::EC2::Subnet::Id>"}
"""Parameters that all environments have in common, with their types."""


def add(template: Template, app: App, environment: Environment, role: str) -> tuple[Any, ...]:
    """The parameters that it needs, and the policies of the role of that logical id; their ARNs. Nothing for an
    environment without migrations."""
    if environment.migrations is None:
        return ()
    name = environment.name
    own = [wires.passages, wires.backups, wires.backup_key, wires.migration_role, wires.migration_task_role]
    if environment.migrations.copy_by is CopyBy.SNAPSHOT:
        own.append(wires.copied)
    wanted = {
        **SHARED,
        wires.builds(name): "AWS::EC2::SecurityGroup::Id",
        **{each(name): "String" for each in own},
    }
    for parameter, kind in wanted.items():
        if parameter not in template.parameters:
            template.add_parameter(Parameter(parameter, Type=kind))
    parts = guard_permissions.guard(app, environment, asked.private_subnets(app))
    path = names.path(app.name, name, "deploy")
    return tuple(roles.add_part(template, f"{role}{part}", path, each) for part, each in parts.items())


def network(environment: Environment) -> codebuild.VpcConfig:
    """Where in the network the build is."""
    return codebuild.VpcConfig(
        VpcId=Ref(wires.VPC),
        Subnets=Ref(wires.PRIVATE_SUBNETS),
        SecurityGroupIds=[Ref(wires.builds(environment.name))],
    )

"""The DATA stack of an environment: its variables, the databases that AWS runs for it, what the migration guard keeps.

Whatever is lost here is lost for good, so this stack is of its own: no deployment and no change of services touches it.
Beside them is the role under which CloudFormation changes the services, which must outlive those (`services_role`).
"""

from troposphere import Output, Parameter, Ref, Template, secretsmanager

from fairway.cloudformation import argued, asked, wires
from fairway.cloudformation.data import databases, guard
from fairway.cloudformation.roles import services_role
from fairway.domain.address import Engine
from fairway.domain.app import App, Environment
from fairway.domain.aws import guarded, names
from fairway.errors import UsageError

VARIABLES = "Configuration"


def make(app: App, environment: Environment) -> Template:
    """The template. Raises UsageError for a database that AWS can't run, and for migrations that can't be guarded."""
    _check(app, environment)
    template = Template(Description=f"{app.name} {environment.name}: variables and databases, by Fairway")
    _add_variables(template, app, environment)
    services_role.add(template, app, environment)
    if environment.databases or environment.migrations is not None:
        template.add_parameter(Parameter(wires.VPC, Type="AWS::EC2::VPC::Id"))
    if environment.databases:
        template.add_parameter(Parameter(wires.PRIVATE_SUBNETS, Type="List<AWS::EC2::Subnet::Id>"))
        databases.add_surroundings(template, app, environment)
    for database in environment.databases:
        databases.add(template, app, environment, database)
    if environment.migrations is not None:
        guard.add(template, app, environment)
    return template


def _check(app: App, environment: Environment) -> None:
    """The manifest refuses these at their lines; nothing may come here that would silently be another database."""
    for database in environment.databases:
        if database.engine is not Engine.POSTGRES:
            raise UsageError(
                f"the database {database.name} of {environment.name} can't run on AWS",
                why="SQLite is a file on one machine's disk, and tasks on AWS have none that stays",
                hint=f'[databases.{database.name}] engine = "postgres", or deploy {app.name} to a machine',
            )
    guarded.require_fit(environment, asked.aws(app).network)


def _add_variables(template: Template, app: App, environment: Environment) -> None:
    """The secret without a value: none that a template names could then ever take the place of one that was put in."""
    template.add_resource(
        secretsmanager.Secret(
            VARIABLES,
            DeletionPolicy=asked.fate(app, environment),
            UpdateReplacePolicy="Retain",
            Name=names.secret(app.name, environment.name),
            Description=f"The variables of {app.name} in {environment.name}",
            Metadata=argued.exceptions(argued.SECRET_KEY),
        )
    )
    template.add_output(Output(wires.CONFIGURATION, Value=Ref(VARIABLES)))

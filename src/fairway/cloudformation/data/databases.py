"""A managed database on AWS: an instance of RDS for PostgreSQL, and its URL as a secret.

Its generated password and its URL stand in no template, no parameter and no output: CloudFormation reads the password
from its secret while it makes the instance and the URL (a dynamic reference).

The URL has no `sslmode`, and the instance refuses whoever comes without TLS (`rds.force_ssl`). libpq and what is built
on it then use TLS by themselves. `sslmode=require` would say so aloud, but node-postgres reads it as `verify-full`,
takes it over the app's own `ssl`, and does not know RDS's authority; without it, a variable is enough there
(docs/decisions/0036-urls-of-databases-on-aws.md).
"""

from troposphere import Output, Ref, Sub, Template, ec2, rds, secretsmanager

from fairway.cloudformation import argued, asked, wires
from fairway.domain import database as managed_database
from fairway.domain.app import App, Environment
from fairway.domain.aws import names
from fairway.domain.aws.wanted import Rds
from fairway.domain.managed import VERSION, Managed

PORT = 5432
NAME = managed_database.NAME
"""The database's name and its owner's, as on one machine. (RDS refuses names that are words of SQL.)"""
LENGTH = 40
GROUP, SUBNETS = "DatabaseGroup", "DatabaseSubnets"
UNWATCHED = {
    "CKV_AWS_118": "Enhanced monitoring is priced as logs; CloudWatch has the instance's CPU, memory and storage."
}
ONE_ZONE = {"CKV_AWS_157": "A second instance doubles the price: multi_zone in fairway.toml asks for it."}
MAJOR = {
    "W3691": "A major version alone is RDS's default minor of it, kept by AutoMinorVersionUpgrade. cfn-lint lists the "
    "majors among the versions that are withdrawn as soon as one of their minors is."
}


def add_surroundings(template: Template, app: App, environment: Environment) -> None:
    """What the environment's databases share: their subnets, their security group, and that of their clients, who alone
    get through to them."""
    template.add_resource(
        rds.DBSubnetGroup(
            SUBNETS,
            DBSubnetGroupDescription=f"The private subnets of {app.name} {environment.name}",
            SubnetIds=Ref(wires.PRIVATE_SUBNETS),
        )
    )
    template.add_resource(
        ec2.SecurityGroup(
            GROUP,
            GroupDescription=f"The databases of {app.name} {environment.name}",
            VpcId=Ref(wires.VPC),
            SecurityGroupEgress=[nowhere()],
        )
    )
    template.add_resource(
        ec2.SecurityGroup(
            wires.DATABASE_CLIENTS,
            GroupDescription=f"Whoever reaches the databases of {app.name} {environment.name}",
            VpcId=Ref(wires.VPC),
            SecurityGroupEgress=[
                ec2.SecurityGroupRule(
                    IpProtocol="tcp",
                    FromPort=PORT,
                    ToPort=PORT,
                    DestinationSecurityGroupId=Ref(GROUP),
                    Description="To the databases",
                )
            ],
        )
    )
    template.add_resource(
        ec2.SecurityGroupIngress(
            "DatabaseClientsEnter",
            GroupId=Ref(GROUP),
            IpProtocol="tcp",
            FromPort=PORT,
            ToPort=PORT,
            SourceSecurityGroupId=Ref(wires.DATABASE_CLIENTS),
            Description="From their clients",
        )
    )
    template.add_output(Output(wires.DATABASE_CLIENTS, Value=Ref(wires.DATABASE_CLIENTS)))


def nowhere() -> ec2.SecurityGroupRule:
    """A group without a rule for what goes out is given one that lets everything out; this one leads nowhere."""
    return ec2.SecurityGroupRule(
        IpProtocol="icmp", FromPort=252, ToPort=86, CidrIp="255.255.255.255/32", Description="Nowhere"
    )


def add(template: Template, app: App, environment: Environment, database: Managed) -> None:
    """The instance, its password and its URL."""
    title = wires.database(database.name)
    _add_password(template, app, environment, database)
    _add_instance(template, app, environment, database)
    template.add_resource(
        _secret(
            app,
            environment,
            wires.url_secret(database.name),
            f"{names.secret(app.name, environment.name)}/{database.name}",
            Description=f"{database.variable} of {app.name} in {environment.name}",
            SecretString=Sub(f"postgres://{NAME}:{_password(database)}@${{{title}.Endpoint.Address}}:{PORT}/{NAME}"),
        )
    )
    template.add_output(Output(wires.url_secret(database.name), Value=Ref(wires.url_secret(database.name))))
    template.add_output(Output(title, Value=Ref(title)))


def _password_title(database: Managed) -> str:
    return names.logical("password", database.name)


def _password(database: Managed) -> str:
    """A dynamic reference, for `Sub`."""
    return f"{{{{resolve:secretsmanager:${{{_password_title(database)}}}:SecretString:password}}}}"


def _add_password(template: Template, app: App, environment: Environment, database: Managed) -> None:
    """Letters and digits alone, so that it stands in a URL as it is.

    Nothing of `GenerateSecretString` may ever change: Secrets Manager would make another password, of which the
    instance would not know.
    """
    template.add_resource(
        _secret(
            app,
            environment,
            _password_title(database),
            f"{names.secret(app.name, environment.name)}/{database.name}/password",
            Description=f"The password of the database {database.name} of {app.name} in {environment.name}",
            GenerateSecretString=secretsmanager.GenerateSecretString(
                SecretStringTemplate=f'{{"username": "{NAME}"}}',
                GenerateStringKey="password",
                PasswordLength=LENGTH,
                ExcludePunctuation=True,
            ),
        )
    )


def _secret(app: App, environment: Environment, title: str, name: str, **properties: object) -> secretsmanager.Secret:
    return secretsmanager.Secret(
        title,
        Name=name,
        DeletionPolicy=asked.fate(app, environment),
        UpdateReplacePolicy="Retain",
        Metadata=argued.exceptions(argued.SECRET_KEY),
        **properties,
    )


def _add_instance(template: Template, app: App, environment: Environment, database: Managed) -> None:
    hosting = asked.hosting(app, environment)
    wanted = hosting.databases.get(database.name, Rds())
    version = database.version or VERSION
    parameters = names.logical("parameters", database.name)
    template.add_resource(
        rds.DBParameterGroup(
            parameters,
            Description=f"{database.name} of {app.name} in {environment.name}",
            Family=f"postgres{version.split('.')[0]}",
            Parameters={"rds.force_ssl": "1"},
        )
    )
    template.add_resource(
        rds.DBInstance(
            wires.database(database.name),
            DeletionPolicy="Snapshot",
            UpdateReplacePolicy="Snapshot",
            Metadata=argued.exceptions(
                UNWATCHED,
                {} if wanted.multi_zone else ONE_ZONE,
                lint=MAJOR,
            ),
            Engine="postgres",
            EngineVersion=version,
            DBInstanceClass=wanted.size,
            AllocatedStorage=str(wanted.storage),
            StorageType="gp3",
            StorageEncrypted=True,
            MultiAZ=wanted.multi_zone,
            PubliclyAccessible=False,
            DBName=NAME,
            MasterUsername=NAME,
            MasterUserPassword=Sub(_password(database)),
            EnableIAMDatabaseAuthentication=True,
            DBSubnetGroupName=Ref(SUBNETS),
            VPCSecurityGroups=[Ref(GROUP)],
            DBParameterGroupName=Ref(parameters),
            BackupRetentionPeriod=wanted.retention,
            CopyTagsToSnapshot=True,
            AutoMinorVersionUpgrade=True,
            DeletionProtection=hosting.protected,
        )
    )

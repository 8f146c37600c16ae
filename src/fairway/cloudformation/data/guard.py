"""What the migration guard keeps of an environment: its records, the backups and their key, and from where it works.

They outlive the build that a deployment is: a stage that was killed in the middle finds here how far it had come. All
three have names of CloudFormation's, so that what stayed of a stack is in nobody's way. The bucket always stays, since
CloudFormation deletes none that holds something; so the key does too, without which no backup opens.
"""

from troposphere import GetAtt, Output, Ref, Template, dynamodb, ec2, secretsmanager

from fairway.cloudformation import argued, asked, buckets, wires
from fairway.cloudformation.data import databases
from fairway.domain.app import App, Environment
from fairway.domain.aws.wanted import ExistingNetwork
from fairway.domain.migrations import CopyBy

TABLE, BUCKET, KEY, BUILDS = "PassagesTable", "BackupsBucket", "BackupsKey", "BuildsGroup"
COPIES = "CopiesGroup"
KIND, ID = "kind", "id"
"""The table's keys (`adapters.aws`)."""
LENGTH = 64
UNFINISHED_DAYS = 1
"""A build that was killed leaves parts of an upload, and lives for hours at most."""
HTTPS, NAMES = 443, 53
EVERYWHERE = "0.0.0.0/0"
RECORDS = {
    "CKV_AWS_119": "Encrypted with a key of DynamoDB's own; the records hold no secret, and a key of the account's own "
    "costs a dollar a month.",
}
FILES = {
    "CKV_AWS_18": "The deployments of one environment alone write and read here, and say so in their logs; a log of "
    "accesses would need a second bucket.",
    "CKV_AWS_21": "A backup is written once and never changed, and one that is removed by its rules has to be gone.",
}


def add(template: Template, app: App, environment: Environment) -> None:
    """All of it, with the outputs by which a deployment and its role find it. It comes last into the template."""
    buckets.add(template, BUCKET, days=None, unfinished=UNFINISHED_DAYS, argued_exceptions=FILES)
    _add_key(template, app, environment)
    source = copied(environment)
    if source is not None:
        _add_copies(template, app, environment)
    _add_builds(template, app, environment)
    _add_records(template, app, environment)
    values = {
        wires.PASSAGES: Ref(TABLE),
        wires.BACKUPS: Ref(BUCKET),
        wires.BACKUP_KEY: Ref(KEY),
        wires.passages(environment.name): GetAtt(TABLE, "Arn"),
        wires.backups(environment.name): GetAtt(BUCKET, "Arn"),
        wires.backup_key(environment.name): Ref(KEY),
        wires.builds(environment.name): Ref(BUILDS),
    }
    if source is not None:
        values[wires.COPIES] = Ref(COPIES)
        values[wires.copied(environment.name)] = Ref(wires.database(source))
    for name, value in values.items():
        template.add_output(Output(name, Value=value))


def copied(environment: Environment) -> str | None:
    """The name of the database that RDS copies for the guard, None where it copies none."""
    migrations = environment.migrations
    if migrations is None or migrations.copy_by is not CopyBy.SNAPSHOT:
        return None
    return environment.given[migrations.database]


def _add_copies(template: Template, app: App, environment: Environment) -> None:
    """The group of copies, into which the builds alone get, and out of which nothing does."""
    template.add_resource(
        ec2.SecurityGroup(
            COPIES,
            GroupDescription=f"What migrations of {app.name} {environment.name} are rehearsed on",
            VpcId=Ref(wires.VPC),
            SecurityGroupEgress=[databases.nowhere()],
        )
    )
    template.add_resource(
        ec2.SecurityGroupIngress(
            "BuildsEnterCopies",
            GroupId=Ref(COPIES),
            IpProtocol="tcp",
            FromPort=databases.PORT,
            ToPort=databases.PORT,
            SourceSecurityGroupId=Ref(BUILDS),
            Description="From the builds that rehearse",
        )
    )


def _add_records(template: Template, app: App, environment: Environment) -> None:
    """The table, made when all else is there: CloudFormation could not take one back that is protected from deletion,
    were a database to fail after it."""
    template.add_resource(
        dynamodb.Table(
            TABLE,
            DependsOn=list(template.resources),
            DeletionPolicy=asked.fate(app, environment),
            UpdateReplacePolicy="Retain",
            Metadata=argued.exceptions(RECORDS),
            AttributeDefinitions=[
                dynamodb.AttributeDefinition(AttributeName=name, AttributeType="S") for name in (KIND, ID)
            ],
            KeySchema=[
                dynamodb.KeySchema(AttributeName=KIND, KeyType="HASH"),
                dynamodb.KeySchema(AttributeName=ID, KeyType="RANGE"),
            ],
            # A deployment writes some dozens of records, and then there is nothing for days.
            BillingMode="PAY_PER_REQUEST",
            PointInTimeRecoverySpecification=dynamodb.PointInTimeRecoverySpecification(PointInTimeRecoveryEnabled=True),
            DeletionProtectionEnabled=asked.hosting(app, environment).protected,
        )
    )


def _add_key(template: Template, app: App, environment: Environment) -> None:
    """Nothing of `GenerateSecretString` may ever change: Secrets Manager would make another text, by which no backup
    opens any more."""
    template.add_resource(
        secretsmanager.Secret(
            KEY,
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
            Metadata=argued.exceptions(argued.SECRET_KEY),
            Description=f"What the backups of {app.name} in {environment.name} are sealed with; without it none opens",
            GenerateSecretString=secretsmanager.GenerateSecretString(PasswordLength=LENGTH, ExcludePunctuation=True),
        )
    )


def _add_builds(template: Template, app: App, environment: Environment) -> None:
    """The group of the builds that deploy there. Nobody reaches them."""
    managed = environment.migrations is not None and environment.migrations.database in environment.given
    own = not isinstance(asked.aws(app).network, ExistingNetwork)
    template.add_resource(
        ec2.SecurityGroup(
            BUILDS,
            GroupDescription=f"The builds that deploy {app.name} to {environment.name}",
            VpcId=Ref(wires.VPC),
            SecurityGroupEgress=_ways_out(managed=managed, own=own, copied=copied(environment) is not None),
        )
    )
    if managed:
        template.add_resource(
            ec2.SecurityGroupIngress(
                "BuildsEnter",
                GroupId=Ref(databases.GROUP),
                IpProtocol="tcp",
                FromPort=databases.PORT,
                ToPort=databases.PORT,
                SourceSecurityGroupId=Ref(BUILDS),
                Description="From the builds that migrate",
            )
        )


def _ways_out(*, managed: bool, own: bool, copied: bool) -> list[ec2.SecurityGroupRule]:
    """To AWS and the registries of images, to the database, and to what RDS copies of it. Where one is that AWS does
    not run, and at which port, only a variable knows, whose value no template has. A network of somebody else's may
    have name servers of its own, which the rules of groups hold for."""
    rules = [_to_everywhere("tcp", HTTPS, HTTPS, "AWS and registries of images")]
    if managed:
        rules.append(_to_group(databases.GROUP, "To the databases"))
        if copied:
            rules.append(_to_group(COPIES, "To the copies"))
    else:
        rules = [_to_everywhere("tcp", 0, 65535, "AWS, registries of images, and the database wherever it is")]
    if not own:
        rules.append(_to_everywhere("udp", NAMES, NAMES, "Name servers of the network"))
        if managed:
            rules.append(_to_everywhere("tcp", NAMES, NAMES, "Name servers of the network"))
    return rules


def _to_group(group: str, why: str) -> ec2.SecurityGroupRule:
    return ec2.SecurityGroupRule(
        IpProtocol="tcp",
        FromPort=databases.PORT,
        ToPort=databases.PORT,
        DestinationSecurityGroupId=Ref(group),
        Description=why,
    )


def _to_everywhere(protocol: str, least: int, most: int, why: str) -> ec2.SecurityGroupRule:
    return ec2.SecurityGroupRule(IpProtocol=protocol, FromPort=least, ToPort=most, CidrIp=EVERYWHERE, Description=why)

"""What one stack hands to the next: the outputs of each kind, and the parameters by which later ones take them.

An output and the parameter that takes it have the same name, so that `synthesis` wires them by name alone.
"""

from fairway.domain.aws import names, templates

VPC, PUBLIC_SUBNETS, PRIVATE_SUBNETS = "Vpc", "PublicSubnets", "PrivateSubnets"
"""NETWORK's outputs; the two lists are joined with commas (List<AWS::EC2::Subnet::Id> takes that)."""

REPOSITORY, REPOSITORY_ARN, REPOSITORY_URI = "Repository", "RepositoryArn", "RepositoryUri"
"""REGISTRY's outputs: the name, the ARN, and `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`."""
TEMPLATES = templates.BUCKET
"""REGISTRY's output: the ARN of the bucket for templates that are too large to go with a call."""

CONFIGURATION = "ConfigurationSecret"
"""DATA's output: the ARN of the secret with the environment's variables."""
DATABASE_CLIENTS = "DatabaseClients"
"""DATA's output when the environment has databases: the security group whose members reach them."""
PASSAGES, BACKUPS, BACKUP_KEY = "Passages", "Backups", "BackupKey"
"""DATA's outputs when the environment has migrations: the name of the table that the guard keeps its records in, the
name of the bucket with its backups, and the ARN of the secret that those are encrypted with."""
COPIES = "Copies"
"""DATA's output when RDS copies the environment's database for the guard: the security group of the copies."""

IMAGE_DIGEST, CONFIGURATION_VERSION, COMMIT = "ImageDigest", "ConfigurationVersion", "Commit"
"""SERVICES' parameters that a deployment sets; all "" before the first one, and then there is no service yet."""
CLUSTER, URL, LOAD_BALANCER = "Cluster", "Url", "LoadBalancer"
"""SERVICES' outputs: the cluster's name, where the app is reached, the load balancer's own name in DNS."""
MIGRATION_SUBNETS, MIGRATION_GROUPS = "MigrationSubnets", "MigrationGroups"
MIGRATION_ROLE, MIGRATION_TASK_ROLE, MIGRATION_LOGS = "MigrationRole", "MigrationTaskRole", "MigrationLogs"
"""SERVICES' outputs when the environment has migrations: where the task of one runs. The subnets and the security
groups are joined with commas; the roles are ARNs, the first the one by which ECS starts the task, the second what the
app itself may do, "" for nothing; the last is the log group's name."""

ACTION_SUBNETS, ACTION_GROUPS = "ActionSubnets", "ActionGroups"
ACTION_ROLE, ACTION_TASK_ROLE, ACTION_LOGS = "ActionRole", "ActionTaskRole", "ActionLogs"
"""SERVICES' outputs when the environment has commands of its own around a deployment: where their tasks run, likewise
(for who reads them: as those of a migration)."""

PIPELINE, CONNECTION = "Pipeline", "Connection"
"""PIPELINE's outputs: the pipeline's name, and the ARN of the connection to the code."""


def url_secret(database: str) -> str:
    """DATA's output: the ARN of the secret that holds a managed database's whole URL."""
    return names.logical("url-secret", database)


def services_role(environment: str) -> str:
    """DATA's output, which the PIPELINE takes: the ARN of the role under which CloudFormation changes the environment's
    services. It says which environment, since a pipeline has several."""
    return names.logical("services-role", environment)


def builds(environment: str) -> str:
    """DATA's output when the environment has migrations, which the PIPELINE takes: the security group of the build that
    deploys there, which reaches the database. It says which environment, since a pipeline has several."""
    return names.logical("builds", environment)


def passages(environment: str) -> str:
    """DATA's output when the environment has migrations, which the PIPELINE takes: the ARN of the table that PASSAGES
    names."""
    return names.logical("passages", environment)


def backups(environment: str) -> str:
    """Likewise the ARN of the bucket that BACKUPS names."""
    return names.logical("backups", environment)


def backup_key(environment: str) -> str:
    """Likewise BACKUP_KEY."""
    return names.logical("backup-key", environment)


def copied(environment: str) -> str:
    """DATA's output when RDS copies the environment's database, which the PIPELINE takes: the instance's identifier."""
    return names.logical("copied", environment)


def migration_role(environment: str) -> str:
    """SERVICES' output when the environment has migrations, which the PIPELINE takes: as MIGRATION_ROLE."""
    return names.logical("migration-role", environment)


def migration_task_role(environment: str) -> str:
    """Likewise as MIGRATION_TASK_ROLE."""
    return names.logical("migration-task-role", environment)


def action_role(environment: str) -> str:
    """SERVICES' output when the environment has commands of its own, which the PIPELINE takes: as ACTION_ROLE."""
    return names.logical("action-role", environment)


def action_task_role(environment: str) -> str:
    """Likewise as ACTION_TASK_ROLE."""
    return names.logical("action-task-role", environment)


def service(name: str) -> str:
    """SERVICES' output: a service's name in ECS."""
    return names.logical("service", name)


def database(name: str) -> str:
    """DATA's output: the identifier of a managed database's instance in RDS."""
    return names.logical("postgres", name)

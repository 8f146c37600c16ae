"""Where the migration guard of one environment on AWS keeps what it knows, and where a migration's task runs."""

from dataclasses import dataclass

from fairway.domain.aws.wanted import Architecture
from fairway.domain.ids import AppName, EnvironmentName


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardPlace:
    """`table` (DynamoDB) has the records, `bucket` the backups, and `key` is the ARN of the secret that those are
    sealed with. A migration's task runs in `cluster`, on Fargate, in these subnets, which are private, and security
    groups. `role` is the ARN of the role by which ECS starts it, `task_role` of what the app itself may do, None:
    nothing; `logs` is its log group's name. Where RDS copies the database, `source` is its instance there, and `copies`
    the security group of the copies; "" both where it does not."""

    app: AppName
    environment: EnvironmentName
    region: str
    table: str
    bucket: str
    key: str
    cluster: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    role: str
    task_role: str | None
    logs: str
    architecture: Architecture
    source: str = ""
    copies: str = ""

"""`[aws]` of fairway.toml: where the app runs on AWS, on what, and how it is reached.

What AWS would refuse is refused by the manifest, by name; these values are what came through.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

GIB = 1024 * 1024 * 1024
ZONES = 2
"""How many availability zones a network of Fairway's own has: what a load balancer and a database's subnets need."""


class Nat(StrEnum):
    """How tasks in private subnets reach the internet. NONE: not at all; they reach AWS's own services alone."""

    NONE = "none"
    ONE = "one"
    EACH = "each"


class Capacity(StrEnum):
    """Whose machines the tasks run on (ECS's capacity providers). EC2: instances in this account."""

    FARGATE = "fargate"
    FARGATE_SPOT = "fargate_spot"
    EC2 = "ec2"


class Architecture(StrEnum):
    """What image and machines are made for, in ECS's words."""

    X86_64 = "x86_64"
    ARM64 = "arm64"


class Provider(StrEnum):
    """Where the code lives, as CodeConnections names it (its ProviderType)."""

    GITHUB = "GitHub"
    GITLAB = "GitLab"
    BITBUCKET = "Bitbucket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """`name` is `owner/repository`. `connection` is the ARN of a connection that exists, None: one is made, and
    somebody has to authorize it once in the console."""

    provider: Provider
    name: str
    connection: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNetwork:
    """A network that Fairway makes: two zones, a public and a private subnet in each."""

    cidr: str = "10.0.0.0/16"
    nat: Nat = Nat.ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingNetwork:
    """A network that somebody else keeps: `vpc-…` and `subnet-…` ids, at least two of each in different zones."""

    vpc: str
    public: tuple[str, ...]
    private: tuple[str, ...]


Network = OwnNetwork | ExistingNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class Instances:
    """The EC2 instances of an environment, from `minimum` to `maximum` of them."""

    type: str = "t3.medium"
    minimum: int = 1
    maximum: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rds:
    """What runs a managed database on AWS. `storage` is in GiB, `retention` in days (0: no automatic backups)."""

    size: str = "db.t4g.micro"
    storage: int = 20
    multi_zone: bool = False
    retention: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a task gets: `cpu` in ECS's units (1024 are one vCPU), `memory` in MiB. Of Fargate always a pair it has."""

    cpu: int = 256
    memory: int = 512


SMALLEST = Size()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """How one environment stands on AWS.

    `public_tasks` puts tasks into public subnets with addresses of their own. `certificate` is the ARN of one that
    exists; else one is made for the environment's domains, proven and pointed to in the hosted `zone` (its id) of
    Route 53. Neither: plain HTTP. `sizes` are those of the services and jobs, by name. `log_days` is how long logs are
    kept. `alarm_topic` is the ARN of an SNS topic. `protected`: the stacks can't be deleted, and data stays when they
    are.
    """

    capacity: Capacity = Capacity.FARGATE
    architecture: Architecture = Architecture.X86_64
    instances: Instances = Instances()
    public_tasks: bool = False
    certificate: str | None = None
    zone: str | None = None
    databases: Mapping[str, Rds] = field(default_factory=dict)
    sizes: Mapping[str, Size] = field(default_factory=dict)
    log_days: int = 30
    alarm_topic: str | None = None
    protected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Aws:
    """The whole app on AWS; `hosting` has each environment by name, `tags` go on everything. `account` is the only one
    that it may be made in (12 digits), None: that of whoever makes it."""

    region: str
    account: str | None = None
    repository: Repository
    network: Network = OwnNetwork()
    hosting: Mapping[str, Hosting] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

"""Apps on AWS, one for each thing by which templates differ, as values: every template is held to the rules with each.

`MATRIX` is run through cfn-lint, checkov and the golden files; whoever adds a kind of configuration adds it there. What
each app has beyond the minimal one is its name.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fairway.cloudformation.synthesis import Given
from fairway.domain.action import Command, Placed, Request
from fairway.domain.app import App, Build, Environment, Filter, Mode, OnFailure, Patterns, PullEvent, Service, Source
from fairway.domain.aws.wanted import (
    Architecture,
    Aws,
    Capacity,
    ExistingNetwork,
    Hosting,
    Instances,
    Nat,
    Network,
    OwnNetwork,
    Provider,
    Rds,
    Repository,
    Size,
)
from fairway.domain.health import AliveCheck, CommandCheck, HttpCheck, TcpCheck, Timing
from fairway.domain.ids import AppName, EnvironmentName, JobName, ServiceName
from fairway.domain.job import Job
from fairway.domain.managed import Managed
from fairway.domain.migrations import CopyBy, Migrations
from fairway.domain.scaling import Adjustment, Metric, Scaling, Scheduled, Step, Stepping, Tracking
from fairway.domain.schedule import Schedule

REGION = "eu-central-1"
ACCOUNT = "111122223333"
VERSION = "0.1.0"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/12345678-1234-1234-1234-123456789012"
CONNECTION = f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/12345678-1234-1234-1234-123456789012"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
ZONE = "Z0123456789ABCDEFGHIJ"
EXISTING = ExistingNetwork(
    vpc="vpc-0123456789abcdef0",
    public=("subnet-0123456789abcdef0", "subnet-0123456789abcdef1"),
    private=("subnet-0123456789abcdef2", "subnet-0123456789abcdef3"),
)
OWN = OwnNetwork()
GITHUB = Repository(provider=Provider.GITHUB, name="acme/shop")
NIGHTLY = Schedule(cron="30 3 * * *", zone="Europe/Berlin")


def make_service(name: str = "web", **changes: Any) -> Service:
    """`web` listens on 3000 and answers at /healthz; of another name it receives nothing."""
    values: dict[str, Any] = {"name": ServiceName(name)}
    if name == "web":
        values |= {"port": 3000, "port_declared": True, "health": HttpCheck(path="/healthz")}
    else:
        values |= {"command": ("node", f"{name}.js"), "health": AliveCheck()}
    return Service(**{**values, **changes})


def make_environment(name: str = "production", **changes: Any) -> Environment:
    """With `web` alone."""
    return Environment(**{"name": EnvironmentName(name), "services": (make_service(),), **changes})


def make_app(
    *environments: Environment,
    hosting: Mapping[str, Hosting] | None = None,
    network: Network = OWN,
    repository: Repository = GITHUB,
    tags: Mapping[str, str] | None = None,
    **changes: Any,
) -> App:
    """`shop-api` with one environment, production, when none is given; hosted as by default."""
    environments = environments or (make_environment(),)
    aws = Aws(
        region=REGION,
        repository=repository,
        network=network,
        hosting={each.name: Hosting() for each in environments} | dict(hosting or {}),
        tags=tags or {},
    )
    values: dict[str, Any] = {
        "name": AppName("shop-api"),
        "source": Source(),
        "build": Build(),
        "environments": environments,
        "stages": tuple(each.name for each in environments),
        "aws": aws,
    }
    return App(**{**values, **changes})


def given_of(app: App) -> Given:
    """What is known of it: two variables in each environment."""
    return Given(
        variables={each.name: ("SESSION_KEY", "STRIPE_KEY") for each in app.environments},
        version=VERSION,
    )


def minimal() -> App:
    """One service, one environment, nothing said."""
    return make_app()


def workers_and_jobs() -> App:
    """Services without a port, with each kind of check; jobs with and without times."""
    environment = make_environment(
        services=(
            make_service(health=TcpCheck(timing=Timing(interval=1, timeout=1))),
            make_service("worker", replicas=2, stop_timeout=120.0),
            make_service("mailer", health=CommandCheck(command=("node", "check.js"))),
        ),
        jobs=(
            Job(name=JobName("report"), command=("node", "report.js"), schedule=NIGHTLY, retries=2),
            Job(name=JobName("reindex"), command=("node", "reindex.js")),
        ),
    )
    sizes = {"worker": Size(cpu=1024, memory=4096), "report": Size(cpu=512, memory=1024)}
    return make_app(environment, hosting={"production": Hosting(sizes=sizes)})


def worker_alone() -> App:
    """Nothing that receives a request."""
    return make_app(make_environment(services=(make_service("worker"),)))


def instances() -> App:
    """On EC2 instances, of ARM, with as many as two of everything."""
    hosting = Hosting(
        capacity=Capacity.EC2,
        architecture=Architecture.ARM64,
        instances=Instances(type="t4g.large", minimum=2, maximum=6),
    )
    return make_app(hosting={"production": hosting})


def instances_without_way_out() -> App:
    """On EC2 instances in a network from which nothing leads to the internet."""
    hosting = {"production": Hosting(capacity=Capacity.EC2)}
    return make_app(hosting=hosting, network=OwnNetwork(nat=Nat.NONE, cidr="10.8.0.0/20"))


def existing_network() -> App:
    """In a network that somebody else keeps, with a database in it; what is migrated is another one, which AWS does not
    run."""
    migrations = Migrations(command=("npm", "run", "migrate"), database="LEDGER_URL")
    return make_app(make_environment(databases=(Managed(name="main"),), migrations=migrations), network=EXISTING)


def databases() -> App:
    """Two databases, one over two zones, one without backups; the first one is migrated; protected."""
    environment = make_environment(
        databases=(Managed(name="main"), Managed(name="events-2", variable="EVENTS_URL", version="16")),
        migrations=Migrations(command=("npm", "run", "migrate"), timeout=3600.0),
    )
    wanted = {
        "main": Rds(size="db.m7g.large", storage=100, multi_zone=True, retention=30),
        "events-2": Rds(retention=0),
    }
    return make_app(environment, hosting={"production": Hosting(databases=wanted, protected=True)})


def snapshots() -> App:
    """A database that RDS copies for the rehearsal of its migrations, in a network of somebody else's."""
    migrations = Migrations(command=("npm", "run", "migrate"), copy_by=CopyBy.SNAPSHOT)
    return make_app(make_environment(databases=(Managed(name="main"),), migrations=migrations), network=EXISTING)


def closing() -> App:
    """One that may be closed while it is migrated: services with a fixed count and with scaling, and a job at its
    times."""
    environment = make_environment(
        services=(make_service(scaling=_scaling()), make_service("worker", replicas=2)),
        jobs=(Job(name=JobName("report"), command=("node", "report.js"), schedule=NIGHTLY),),
        databases=(Managed(name="main"),),
        migrations=Migrations(command=("npm", "run", "migrate"), maintenance=True),
    )
    return make_app(environment)


def stages() -> App:
    """Three environments: with a certificate, with a zone, with neither; approvals, triggers, scaling and
    alarms; a connection that exists; tags."""
    production = make_environment(
        "production",
        services=(make_service(scaling=_scaling(), replicas=2), make_service("worker", scaling=_stepping())),
        domains=("shop.example.com", "www.shop.example.com"),
        approval=3600.0,
        on_failure=OnFailure.ROLLBACK,
    )
    staging = make_environment("staging", domains=("staging.shop.example.com",), on_failure=OnFailure.RETRY)
    app = make_app(
        make_environment("test"),
        staging,
        production,
        hosting={
            "staging": Hosting(certificate=CERTIFICATE),
            "production": Hosting(zone=ZONE, alarm_topic=TOPIC, log_days=365, protected=True),
        },
        repository=Repository(provider=Provider.GITLAB, name="acme/shop", connection=CONNECTION),
        tags={"team": "shop", "cost-centre": "4711"},
        mode=Mode.QUEUED,
    )
    return replace(app, source=_triggers())


def _triggers() -> Source:
    return Source(
        branch="main",
        branches=Patterns(includes=("main", "release/*"), excludes=("release/old*",)),
        tags=Patterns(includes=("v*",)),
        filters=(
            Filter(tags=Patterns(includes=("hotfix-*",))),
            Filter(branches=Patterns(includes=("main",)), files=Patterns(includes=("src/**",), excludes=("docs/**",))),
        ),
        by_branch=False,
        schedule=NIGHTLY,
    )


def _scaling() -> Scaling:
    return Scaling(
        minimum=2,
        maximum=20,
        policies=(
            Tracking(metric=Metric.REQUESTS_PER_TASK, target=50.0),
            Tracking(metric=Metric.CPU, target=60.0, scale_in=False, cooldown_out=60.0),
            Tracking(metric=Metric.MEMORY, target=80.0),
            Stepping(
                metric=Metric.LATENCY_P95,
                steps=(Step(start=0.5, end=1.0, amount=1), Step(start=1.0, end=None, amount=3)),
            ),
        ),
        schedules=(Scheduled(schedule=Schedule(cron="0 7 * * MON-FRI", zone="Europe/Berlin"), minimum=4),),
    )


def _stepping() -> Scaling:
    """By the processor alone, out and in: a worker has no requests."""
    return Scaling(
        minimum=1,
        maximum=10,
        policies=(
            Stepping(metric=Metric.CPU, steps=(Step(start=70.0, end=None, amount=20),), adjustment=Adjustment.PERCENT),
            Stepping(metric=Metric.CPU, steps=(Step(start=None, end=20.0, amount=-1),)),
        ),
    )


def without_way_out() -> App:
    """Nothing leads from private subnets to the internet."""
    return make_app(network=OwnNetwork(nat=Nat.NONE))


def way_out_in_each_zone() -> App:
    """A NAT gateway in each zone, in a small network of other addresses."""
    return make_app(network=OwnNetwork(cidr="172.20.4.0/24", nat=Nat.EACH))


def public_tasks() -> App:
    """Tasks with addresses of their own, and so without a NAT gateway or endpoints."""
    return make_app(hosting={"production": Hosting(public_tasks=True)}, network=OwnNetwork(nat=Nat.NONE))


def spot() -> App:
    """On what Fargate has left over, of ARM."""
    return make_app(hosting={"production": Hosting(capacity=Capacity.FARGATE_SPOT, architecture=Architecture.ARM64)})


def parallel() -> App:
    """Executions that wait for nobody, a build with everything, code at Bitbucket."""
    return make_app(
        mode=Mode.PARALLEL,
        build=Build(
            directory="app",
            dockerfile="Dockerfile",
            test="npm test",
            args={"NODE_ENV": "production"},
            secrets=("NPM_TOKEN",),
            timeout=3600.0,
        ),
        repository=Repository(provider=Provider.BITBUCKET, name="acme/shop"),
    )


def pull_requests() -> App:
    """Pull requests of each kind, with files and without; on ARM."""
    filters = (
        Filter(
            pull_requests=(PullEvent.OPENED, PullEvent.UPDATED),
            branches=Patterns(includes=("main", "release/*")),
            files=Patterns(includes=("src/**",), excludes=("docs/**",)),
        ),
        Filter(pull_requests=(PullEvent.CLOSED,), branches=Patterns(excludes=("wip/**",))),
    )
    hosting = {"production": Hosting(architecture=Architecture.ARM64)}
    return make_app(hosting=hosting, source=Source(branch="main", filters=filters))


def actions() -> App:
    """Actions around a deployment: before it, after it, beside each other; with an approval, and with one apart; with
    commands and without."""
    actions = (
        Placed(action=Request(name="announce", url="https://hooks.example.com/x"), before=True),
        Placed(action=Request(name="purge", url="#{variables.HOOK}", timeout=600.0)),
        Placed(action=Request(name="tell", url="https://chat.example.com/x", body="#{fairway.commit}")),
        Placed(action=Request(name="close", url="https://hooks.example.com/y", order=2, method="PUT")),
    )
    check = Placed(action=Command(name="check", command=("npm", "run", "check")), before=True)
    return make_app(
        make_environment("staging", actions=actions, approval=3600.0),
        make_environment(
            actions=(*actions, check), databases=(Managed(name="main"),), approval=3600.0, on_failure=OnFailure.ROLLBACK
        ),
    )


def largest() -> App:
    """As much of everything as one app may reasonably have: what synthesis is timed with, and CloudFormation's limits
    are looked at."""
    services = tuple(
        make_service(name, scaling=_scaling() if name == "web" else _stepping())
        for name in ("web", *(f"worker-{number}" for number in range(1, 12)))
    )
    jobs = tuple(
        Job(name=JobName(f"job-{number}"), command=("node", "job.js", str(number)), schedule=NIGHTLY)
        for number in range(1, 21)
    )
    managed = tuple(Managed(name=f"data-{number}", variable=f"DATA_{number}_URL") for number in range(1, 6))
    environments = tuple(
        make_environment(
            name,
            services=services,
            jobs=jobs,
            databases=managed,
            domains=(f"{name}.example.com",),
            approval=600.0,
            migrations=Migrations(command=("npm", "run", "migrate"), database="DATA_1_URL"),
        )
        for name in ("test", "staging", "europe", "america")
    )
    hosting = {each.name: Hosting(zone=ZONE, alarm_topic=TOPIC, protected=True) for each in environments}
    return make_app(*environments, hosting=hosting, network=OwnNetwork(nat=Nat.EACH))


MATRIX: Mapping[str, App] = {
    each.__name__.replace("_", "-"): each()
    for each in (
        minimal,
        workers_and_jobs,
        worker_alone,
        instances,
        instances_without_way_out,
        existing_network,
        databases,
        snapshots,
        closing,
        stages,
        without_way_out,
        way_out_in_each_zone,
        public_tasks,
        spot,
        parallel,
        pull_requests,
        actions,
    )
}

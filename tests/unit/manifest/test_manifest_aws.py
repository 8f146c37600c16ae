"""`[aws]` of fairway.toml: what comes of it for each environment, and what is refused with its line."""

import pytest

from fairway.domain.aws.wanted import (
    Architecture,
    Aws,
    Capacity,
    ExistingNetwork,
    Hosting,
    Instances,
    Nat,
    OwnNetwork,
    Provider,
    Rds,
    Repository,
    Size,
)
from fairway.errors import Finding, UsageError
from fairway.manifest.load import load

HEAD = 'app = "a"\n'
AWS = '[aws]\nregion = "eu-central-1"\nrepository = { provider = "github", name = "acme/shop" }\n'
MAIN = '[databases.main]\nengine = "postgres"\n'
UUID = "0a1b2c3d-1111-2222-3333-444455556666"
CERTIFICATE = f"arn:aws:acm:eu-central-1:123456789012:certificate/{UUID}"


def aws_of(text: str) -> Aws:
    aws = load(HEAD + AWS + text).aws
    assert aws is not None
    return aws


def findings(text: str) -> tuple[Finding, ...]:
    with pytest.raises(UsageError) as caught:
        load(text)
    return caught.value.findings


def only(text: str) -> Finding:
    (found,) = findings(text)
    return found


def test_without_the_table_there_is_no_aws() -> None:
    assert load(HEAD).aws is None


def test_the_least_that_is_said_is_enough() -> None:
    assert aws_of("") == Aws(
        region="eu-central-1",
        repository=Repository(provider=Provider.GITHUB, name="acme/shop"),
        network=OwnNetwork(),
        hosting={"production": Hosting(sizes={"web": Size()}, protected=True)},
    )


def test_a_network_of_its_own_or_one_that_exists() -> None:
    own = aws_of('[aws.network]\ncidr = "10.9.0.0/20"\nnat = "each"\n')
    subnets = 'public_subnets = ["subnet-00000001", "subnet-00000002"]\n'
    private = 'private_subnets = ["subnet-00000003", "subnet-00000004"]\n'
    existing = aws_of('[aws.network]\nvpc = "vpc-0a1b2c3d"\n' + subnets + private)

    assert own.network == OwnNetwork(cidr="10.9.0.0/20", nat=Nat.EACH)
    assert existing.network == ExistingNetwork(
        vpc="vpc-0a1b2c3d",
        public=("subnet-00000001", "subnet-00000002"),
        private=("subnet-00000003", "subnet-00000004"),
    )


def test_an_environment_has_its_own_keys_before_those_for_all() -> None:
    common = 'capacity = "fargate_spot"\nlog_days = 7\n[aws.databases.main]\nsize = "db.t4g.small"\nstorage = 50\n'
    own = "[environments.staging]\naws.databases.main.storage = 20\naws.log_days = 3\n[environments.production]\n"

    hosting = aws_of(common + MAIN + own).hosting

    assert hosting["staging"] == Hosting(
        capacity=Capacity.FARGATE_SPOT,
        databases={"main": Rds(size="db.t4g.small", storage=20)},
        sizes={"web": Size()},
        log_days=3,
    )
    assert hosting["production"].databases == {"main": Rds(size="db.t4g.small", storage=50)}
    assert (hosting["production"].log_days, hosting["production"].protected) == (7, True)


def test_instances_go_key_by_key_and_have_the_architecture() -> None:
    common = 'capacity = "ec2"\ninstances = { min = 2 }\n'
    own = '[environments.small.aws]\ninstances.max = 2\narchitecture = "arm64"\n[environments.arm.aws.instances]\n'

    hosting = aws_of(common + own + 'type = "m7g.large"\nmin = 6\n').hosting

    assert hosting["small"].instances == Instances(type="t4g.medium", minimum=2, maximum=2)
    assert hosting["arm"].architecture is Architecture.ARM64
    assert hosting["arm"].instances == Instances(type="m7g.large", minimum=6, maximum=6)


def test_sizes_are_those_of_the_services_and_jobs_with_what_an_environment_changes() -> None:
    parts = '[services.web]\ncpu = 0.5\nmemory = "1G"\n[services.worker]\nmemory = "3G"\n[jobs.j]\ncommand = "x"\n'
    own = '[environments.staging.services.web]\ncpu = 0.25\n[environments.big.aws]\ncapacity = "ec2"\n'

    hosting = aws_of(parts + own + '[environments.big.services.web]\ncpu = 3.3\nmemory = "5.5G"\n').hosting

    assert hosting["staging"].sizes == {
        "web": Size(cpu=256, memory=1024),
        "worker": Size(cpu=512, memory=3072),
        "j": Size(cpu=256, memory=512),
    }
    assert hosting["big"].sizes["web"] == Size(cpu=3380, memory=5632)


def test_a_pair_that_fargate_lacks_is_refused_with_the_nearest_below_and_above() -> None:
    found = only(HEAD + AWS + '[services.web]\ncpu = 1\nmemory = "512M"\n')

    assert (found.line, found.key) == (7, "services.web.memory")
    assert found.message == "Fargate has no task with cpu 1 and memory 512M"
    assert found.hint == 'the nearest: cpu = 0.25, memory = "512M"; or cpu = 1, memory = "2G"'


def test_the_pair_is_refused_where_an_environment_makes_it_one() -> None:
    own = "[environments.x.services.web]\ncpu = 4\n[environments.y]\n"

    found = only(HEAD + AWS + '[services.web]\ncpu = 0.5\nmemory = "1G"\n' + own)

    assert found.key == "services.web.memory"
    assert "cpu 4 and memory 1G" in found.message


@pytest.mark.parametrize(
    ("text", "key", "message", "hint"),
    [
        ('region = "eu-centrl-1"\n', "aws.region", "expected a region", '"eu-central-1"'),
        ('region = "ca-west-1"\n', "aws.region", "expected a region", "ca-west-1 has no CodePipeline"),
        ('region = "eu-central-2"\n', "aws.region", "expected a region", "has no connections to forges"),
        ("region = 3\n", "aws.region", "expected a region", ""),
        ("account = 12345678901\n", "aws.account", "an account's 12 digits", 'in quotes: "012345678901"'),
        ('account = "1234-5678-9012"\n', "aws.account", "an account's 12 digits", '"123456789012"'),
        ('capacity = "fargat"\n', "aws.capacity", "one of fargate", '"fargate"'),
        ('architecture = "arm"\n', "aws.architecture", "x86_64, arm64", '"arm64"'),
        ("log_days = 10\n", "aws.log_days", "CloudWatch keeps logs for", "the nearest are 7 and 14"),
        ("log_days = 9999\n", "aws.log_days", "CloudWatch keeps logs for", "the nearest is 3653"),
        ('zone = "example.com"\n', "aws.zone", "a hosted zone's id", ""),
        ('certificate = "arn:aws:iam::1:x"\n', "aws.certificate", "a certificate's ARN", ""),
        ('alarm_topic = "alarms"\n', "aws.alarm_topic", "a topic's ARN", ""),
        ('tags = { "aws:x" = "y" }\n', "aws.tags", "a table of tags", "aws: begins the tags of AWS"),
        ('tags = { "Fairway:app" = "y" }\n', "aws.tags", "a table of tags", "begins the tags of Fairway"),
        ("tags = { x = 1 }\n", "aws.tags", "a table of tags", "the value of x is a text"),
        ('network.cidr = "10.0.0.1/16"\n', "aws.network.cidr", "a private network", 'the network is "10.0.0.0/16"'),
        ('network.cidr = "10.0.0.0/8"\n', "aws.network.cidr", "a private network", "10.0.0.0/16"),
        ('network.cidr = "8.8.0.0/16"\n', "aws.network.cidr", "a private network", "nobody's"),
        ('network.nat = "two"\n', "aws.network.nat", "one of none, one, each", ""),
        ('network.vpc = "main"\n', "aws.network.vpc", "a VPC", ""),
        ('network.public_subnets = ["subnet-00000001"]\n', "aws.network.public_subnets", "a list of", "two zones"),
        ('instances.type = "t3"\n', "aws.instances.type", "an instance type", ""),
        ('databases.main.size = "t3.micro"\n', "aws.databases.main.size", "an instance class", ""),
        ("databases.main.storage = 5\n", "aws.databases.main.storage", "from 20 to 65536", ""),
        ("databases.main.retention = 36\n", "aws.databases.main.retention", "from 0 to 35", ""),
        (
            'network.private_subnets = ["subnet-00000001", "subnet-00000001"]\n',
            "aws.network.private_subnets",
            "a list of",
            "each stands there once",
        ),
        ('network.private_subnets = "subnet-00000001"\n', "aws.network.private_subnets", "a list of subnets", ""),
        ('network.cidr = "ten"\n', "aws.network.cidr", "a private network", ""),
        ("account = true\n", "aws.account", "an account's 12 digits", ""),
        ("log_days = true\n", "aws.log_days", "CloudWatch keeps logs for", ""),
        ("tags = 1\n", "aws.tags", "a table of tags", "for example"),
        ('tags = { "a*b" = "y" }\n', "aws.tags", "a table of tags", "a name has letters"),
        (
            f"tags = {{ {', '.join(f't{n} = {chr(34)}v{chr(34)}' for n in range(41))} }}\n",
            "aws.tags",
            "a table of tags",
            "at most 40",
        ),
        ('regoin = "x"\n', "aws.regoin", "unknown key", "aws.region"),
    ],
)
def test_a_value_that_aws_has_not_is_refused_with_the_nearest(text: str, key: str, message: str, hint: str) -> None:
    base = AWS if "region =" not in text else AWS.replace('region = "eu-central-1"\n', "")

    found = [each for each in findings(HEAD + MAIN + base + text) if each.key == key]

    assert message in found[0].message
    assert hint in found[0].hint


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ('capacity = "ec2"\npublic_tasks = true\n', "aws.public_tasks", "can't have public addresses"),
        (
            'capacity = "ec2"\narchitecture = "x86_64"\ninstances.type = "t4g.small"\n',
            "aws.instances.type",
            "can't run what is built for x86_64",
        ),
        (
            'capacity = "ec2"\narchitecture = "arm64"\ninstances.type = "g4dn.xlarge"\n',
            "aws.instances.type",
            "can't run what is built for arm64",
        ),
        ('capacity = "ec2"\ninstances = { min = 3, max = 2 }\n', "aws.instances.min", "min 3 is above max 2"),
        ("instances.min = 3\n", "aws.instances", 'for capacity = "ec2"'),
        ('network = { nat = "one", vpc = "vpc-00000001" }\n', "aws.network.nat", "nat is for a network that"),
        ('network.vpc = "vpc-00000001"\n', "aws.network", "needs public_subnets and private_subnets too"),
        (
            'network.vpc = "vpc-00000001"\nnetwork.public_subnets = ["subnet-00000001", "subnet-00000002"]\n'
            'network.private_subnets = ["subnet-00000001", "subnet-00000003"]\n',
            "aws.network.private_subnets",
            "subnet-00000001 can't be public and private",
        ),
        (
            f'certificate = "{CERTIFICATE.replace("central", "west")}"\n',
            "aws.certificate",
            "it is of the region eu-west-1",
        ),
        (
            f'account = "210987654321"\ncertificate = "{CERTIFICATE}"\n',
            "aws.certificate",
            "it is of the account 123456789012",
        ),
        ("[aws.databases.mian]\n", "aws.databases.mian", 'no database "mian"'),
        ('[environments.x]\ndomains = ["a.example"]\n', "environments.x.domains", "need a certificate"),
        (
            f'zone = "Z1"\n[environments.x]\ndomains = ["{"a" * 60}.example.com"]\n',
            "environments.x.domains",
            "one name of at most 64 characters",
        ),
        (
            'zone = "Z1"\n[environments.x]\ndomains = ["a.example"]\nhttps = "optional"\n',
            "environments.x.https",
            "always sends plain requests on to HTTPS",
        ),
        ('[environments.x.aws]\nzone = "Z1"\n', "environments.x.aws.zone", "nothing to point to"),
        ('[databases.lite]\nengine = "sqlite"\nvariable = "L"\n', "databases.lite.engine", "lite is a SQLite file"),
        (
            '[databases.geo]\nengine = "postgres"\nvariable = "G"\nversion = "17"\nimage = "postgis/postgis:17-3.5"\n',
            "databases.geo.image",
            "RDS runs no image",
        ),
        (
            '[databases.old]\nengine = "postgres"\nvariable = "O"\nversion = "12"\n',
            "databases.old.version",
            "PostgreSQL 14 to 18, not 12",
        ),
        ('[services.web]\nstop_timeout = "3m"\n', "services.web.stop_timeout", "killed 2m after"),
        ('[services.web]\nstop_signal = "SIGINT"\n', "services.web.stop_signal", "the image's own stop signal"),
        ('[services.web]\nhealth.interval = "6m"\n', "services.web.health.interval", "interval from 5s to 300s"),
        ("[services.web]\nhealth.retries = 11\n", "services.web.health.retries", "takes 2 to 10 failures"),
        ('[services.web]\nhealth.timeout = "5s"\n', "services.web.health.timeout", "has to be over (5s) before"),
        (
            '[services.web.health]\ncommand = "true"\nstart_period = "10m"\n',
            "services.web.health.start_period",
            "start_period from 0s to 300s",
        ),
        ('[services.same]\n[jobs.same]\ncommand = "x"\n', "jobs.same", "a service is named same too"),
        ('[build]\ntimeout = "1m"\n', "build.timeout", "at least 5m"),
        (
            '[environments.x]\napproval = true\napproval_timeout = "1m"\n',
            "environments.x.approval_timeout",
            "for 5 minutes at least",
        ),
        (
            '[environments.x]\non_failure = "rollback"\n[pipeline]\nmode = "parallel"\n',
            "environments.x.on_failure",
            "in parallel mode has no rollback",
        ),
        (
            '[jobs.j]\ncommand = "x"\nschedule = "0 3 1 * 1"\n',
            "jobs.j.schedule",
            "AWS can't run at these times: it names days of the month and days of the week",
        ),
        (
            '[[environments.x.services.web.scaling.schedules]]\nschedule = "0 3 1,L * *"\nmin = 2\n'
            "[services.web.scaling]\nmax = 3\ntarget = 50\nmetric = 'cpu'\n",
            "environments.x.services.web.scaling.schedules[0].schedule",
            "takes L alone",
        ),
        ('[source]\nschedule = "0 3 1 * 1"\n', "source.schedule", "AWS can't run at these times"),
        (
            '[source]\npaths = ["src/**", "!src/x", "src/x/y"]\n',
            "source.paths",
            "wins over",
        ),
        (
            '[environments.a]\n[environments.b.aws]\narchitecture = "arm64"\n',
            "environments.b.aws.architecture",
            "the pipeline builds one image",
        ),
    ],
)
def test_what_can_not_be_together_is_refused_at_its_key(text: str, key: str, message: str) -> None:
    found = only(HEAD + MAIN + AWS + text)

    assert found.key == key
    assert message in found.message


def test_the_same_is_no_finding_of_a_file_without_aws() -> None:
    rest = '[databases.lite]\nengine = "sqlite"\n[services.web]\nstop_timeout = "3m"\nhealth.interval = "1s"\n'

    assert load(HEAD + rest + '[environments.x]\ndomains = ["a.example"]\n').aws is None


def test_a_check_that_aws_makes_less_often_is_no_finding() -> None:
    quick = '[services.web.health]\npath = "/"\ninterval = "0.5s"\ntimeout = "0.5s"\nretries = 1\n'

    assert set(aws_of(quick).hosting) == {"production"}


def test_an_environment_that_runs_elsewhere_may_have_a_database_that_aws_has_not() -> None:
    lite = '[databases.lite]\nengine = "sqlite"\n[environments.x.databases.lite]\nenabled = false\n'

    assert set(aws_of(lite).hosting) == {"x"}


def test_a_check_that_no_load_balancer_makes_has_not_its_ranges() -> None:
    """Of two services with a port neither takes the requests."""
    two = '[services.a]\nport = 1\nhealth.interval = "1s"\n[services.b]\nport = 2\nhealth.interval = "1s"\n'

    assert set(aws_of(two).hosting["production"].sizes) == {"a", "b"}


def test_an_environments_table_needs_the_one_for_all() -> None:
    found = only(HEAD + '[environments.x.aws]\ncapacity = "ec2"\n')

    assert (found.key, found.hint) == ("environments.x.aws", "add [aws] with region and repository")


def test_what_is_missing_is_said_all_at_once() -> None:
    found = findings(HEAD + "[aws]\n")

    assert [each.key for each in found] == ["aws.region", "aws.repository.name", "aws.repository.provider"]


def test_a_certificate_or_a_zone_makes_domains_good() -> None:
    for key in (f'certificate = "{CERTIFICATE}"', 'zone = "Z0123"'):
        hosting = aws_of(f'{key}\n[environments.x]\ndomains = ["a.example"]\n').hosting["x"]

        assert hosting.certificate or hosting.zone

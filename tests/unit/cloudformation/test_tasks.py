"""Task definitions: image, command, variables, limits, log."""

import pytest

from fairway.domain.aws.wanted import Architecture, Capacity, Hosting, Size
from fairway.domain.health import CommandCheck
from fairway.domain.ids import JobName
from fairway.domain.job import Job
from fairway.domain.managed import Managed
from support import aws_services
from support.aws_apps import make_environment, make_service

REPORT = Job(name=JobName("report"), command=("node", "report.js"))


def named(pairs: list[dict[str, object]], key: str) -> dict[str, object]:
    return {str(each["Name"]): each[key] for each in pairs}


def test_the_image_is_named_by_its_digest() -> None:
    found = aws_services.make(make_environment())

    assert found.container("web")["Image"] == {"Fn::Sub": "${RepositoryUri}@${ImageDigest}"}


def test_every_service_and_job_has_a_task_with_its_command() -> None:
    found = aws_services.make(make_environment(services=(make_service(), make_service("worker")), jobs=(REPORT,)))

    families = {each["Family"] for each in found.of_type("ECS::TaskDefinition").values()}
    assert families == {f"fairway-shop-api-production-{part}" for part in ("web", "worker", "report")}
    assert "Command" not in found.container("web"), "the image's own"
    assert found.container("worker")["Command"] == ["node", "worker.js"]
    assert found.container("report")["Command"] == ["node", "report.js"]


def test_variables_that_fairway_gives_win_over_the_environments_own() -> None:
    found = aws_services.make(make_environment(), variables=("PORT", "SESSION_KEY", "FAIRWAY_APP"))

    container = found.container("web")
    given = named(container["Environment"], "Value")
    assert given == {
        "FAIRWAY_APP": "shop-api",
        "FAIRWAY_ENVIRONMENT": "production",
        "FAIRWAY_SERVICE": "web",
        "FAIRWAY_COMMIT": {"Ref": "Commit"},
        "PORT": "3000",
    }
    assert list(named(container["Secrets"], "ValueFrom")) == ["SESSION_KEY"]


def test_variables_come_from_the_secret_in_the_version_of_the_deployment() -> None:
    found = aws_services.make(make_environment(jobs=(REPORT,)), variables=("SESSION_KEY",))

    for part in ("web", "report"):
        assert named(found.container(part)["Secrets"], "ValueFrom") == {
            "SESSION_KEY": {"Fn::Sub": "${ConfigurationSecret}:SESSION_KEY::${ConfigurationVersion}"}
        }


def test_a_databases_url_wins_over_a_variable_of_its_name() -> None:
    environment = make_environment(databases=(Managed(name="main"),))

    found = aws_services.make(environment, variables=("DATABASE_URL", "SESSION_KEY"))

    secrets = named(found.container("web")["Secrets"], "ValueFrom")
    assert secrets["DATABASE_URL"] == {"Ref": "UrlSecretMain"}
    assert len(found.container("web")["Secrets"]) == 2


def test_ecs_may_read_exactly_the_secrets_and_write_exactly_the_logs_that_there_are() -> None:
    environment = make_environment(databases=(Managed(name="main"),), jobs=(REPORT,))

    found = aws_services.make(environment, variables=("SESSION_KEY",))

    allowed = {str(each["Action"]): each["Resource"] for each in found.statements()}
    assert allowed["secretsmanager:GetSecretValue"] == [{"Ref": "ConfigurationSecret"}, {"Ref": "UrlSecretMain"}]
    assert allowed["['logs:CreateLogStream', 'logs:PutLogEvents']"] == [
        {"Fn::GetAtt": ["LogWeb", "Arn"]},
        {"Fn::GetAtt": ["LogReport", "Arn"]},
    ]


def test_without_a_secret_nothing_may_be_read() -> None:
    found = aws_services.make(make_environment())

    assert not [each for each in found.statements() if "secretsmanager" in str(each["Action"])]


def test_sizes_are_those_of_each_part_else_the_smallest() -> None:
    hosting = Hosting(sizes={"report": Size(cpu=1024, memory=4096)}, architecture=Architecture.ARM64)

    found = aws_services.make(make_environment(jobs=(REPORT,)), hosting)

    tasks = {
        each["ContainerDefinitions"][0]["Name"]: (
            each["Cpu"],
            each["Memory"],
            each["RuntimePlatform"]["CpuArchitecture"],
        )
        for each in found.of_type("ECS::TaskDefinition").values()
    }
    assert tasks == {"web": ("256", "512", "ARM64"), "report": ("1024", "4096", "ARM64")}


@pytest.mark.parametrize(
    ("capacity", "patience", "stop"),
    [
        (Capacity.FARGATE, 0.5, 2),
        (Capacity.FARGATE, 30.0, 30),
        (Capacity.FARGATE, 600.0, 120),
        (Capacity.EC2, 600.0, 600),
    ],
)
def test_a_task_has_its_time_to_stop_as_far_as_fargate_gives_it(capacity: Capacity, patience: float, stop: int) -> None:
    environment = make_environment(services=(make_service(stop_timeout=patience),))

    found = aws_services.make(environment, Hosting(capacity=capacity))

    assert found.container("web")["StopTimeout"] == stop


def test_a_command_is_checked_in_the_container() -> None:
    environment = make_environment(
        services=(make_service(), make_service("worker", health=CommandCheck(command=("true",))))
    )

    found = aws_services.make(environment)

    assert found.container("worker")["HealthCheck"]["Command"] == ["CMD", "true"]
    assert "HealthCheck" not in found.container("web")


def test_output_goes_to_the_parts_own_log_and_is_kept_as_long_as_asked() -> None:
    found = aws_services.make(make_environment(jobs=(REPORT,)), Hosting(log_days=90))

    groups = {each["LogGroupName"]: each["RetentionInDays"] for each in found.of_type("Logs::LogGroup").values()}
    assert groups == {"/fairway/shop-api/production/web": 90, "/fairway/shop-api/production/report": 90}
    options = found.container("report")["LogConfiguration"]["Options"]
    assert options["awslogs-group"] == {"Ref": "LogReport"}

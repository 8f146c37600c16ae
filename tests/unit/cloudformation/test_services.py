"""The SERVICES stack as a whole: what is there before the first image, what comes in and goes out, who may do what."""

import pytest

from fairway.cloudformation.services import stack as services
from fairway.domain.aws.wanted import Capacity, Hosting
from fairway.domain.ids import JobName
from fairway.domain.job import Job
from fairway.domain.managed import Managed
from fairway.domain.schedule import Schedule
from fairway.errors import UsageError
from support import aws_apps, aws_services
from support.aws_apps import make_environment, make_service

WITH_AN_IMAGE = {
    "AWS::ECS::TaskDefinition",
    "AWS::ECS::Service",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Scheduler::Schedule",
}


@pytest.mark.parametrize("name", aws_apps.MATRIX)
def test_what_needs_an_image_waits_for_the_first_deployment(name: str) -> None:
    app = aws_apps.MATRIX[name]
    for environment in app.environments:
        template = services.make(app, environment, ("SESSION_KEY",)).to_dict()

        for logical, resource in template["Resources"].items():
            if resource["Type"] in WITH_AN_IMAGE:
                assert resource.get("Condition") == "HasImage", logical


def test_what_a_deployment_sets_is_empty_at_first() -> None:
    found = aws_services.make(make_environment())

    for name in ("ImageDigest", "ConfigurationVersion", "Commit"):
        assert found.template["Parameters"][name]["Default"] == ""
    assert found.template["Conditions"] == {"HasImage": {"Fn::Not": [{"Fn::Equals": [{"Ref": "ImageDigest"}, ""]}]}}


def test_only_what_is_used_is_asked_for() -> None:
    plain = aws_services.make(make_environment(services=(make_service("worker"),)))
    database = aws_services.make(make_environment(databases=(Managed(name="main"),)), variables=("SESSION_KEY",))

    assert set(plain.template["Parameters"]) == {
        *("Vpc", "PrivateSubnets", "RepositoryUri", "RepositoryArn"),
        *("ImageDigest", "ConfigurationVersion", "Commit"),
    }
    assert {"PublicSubnets", "ConfigurationSecret", "DatabaseClients", "UrlSecretMain"} <= set(
        database.template["Parameters"]
    )


def test_the_cluster_the_address_and_the_services_go_out() -> None:
    found = aws_services.make(make_environment(services=(make_service(), make_service("worker"))))

    outputs = found.template["Outputs"]
    assert set(outputs) == {"Cluster", "Url", "LoadBalancer", "ServiceWeb", "ServiceWorker"}
    assert outputs["ServiceWeb"]["Condition"] == "HasImage"


@pytest.mark.parametrize("name", aws_apps.MATRIX)
def test_no_role_may_do_everything_or_what_it_may_everywhere(name: str) -> None:
    app = aws_apps.MATRIX[name]
    for environment in app.environments:
        found = aws_services.Found(services.make(app, environment, ("SESSION_KEY",)).to_dict())
        nowhere_named = {
            "ecr:GetAuthorizationToken",
            "ecs:DiscoverPollEndpoint",
            *(f"ssmmessages:{verb}{kind}Channel" for verb in ("Create", "Open") for kind in ("Control", "Data")),
        }

        for statement in found.statements():
            actions = statement["Action"]
            actions = [actions] if isinstance(actions, str) else actions
            assert not [action for action in actions if "*" in action]
            if statement["Resource"] == "*":
                assert set(actions) <= nowhere_named


def test_roles_have_the_path_by_which_others_are_allowed_to_pass_them() -> None:
    found = aws_services.make(make_environment(), Hosting(capacity=Capacity.EC2))

    paths = {each["Path"] for each in found.of_type("IAM::Role").values()}
    assert paths == {"/fairway/shop-api/production/services/"}


def test_what_ecs_cannot_do_is_refused_by_name() -> None:
    jobs = (Job(name=JobName("both"), command=("x",), schedule=Schedule(cron="0 0 1 * 1")),)

    with pytest.raises(UsageError) as caught:
        aws_services.make(make_environment(jobs=jobs))

    assert [(found.key, found.file) for found in caught.value.findings] == [("jobs.both.schedule", "fairway.toml")]

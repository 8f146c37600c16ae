"""ECS's services: how many, on what, replaced how."""

import pytest

from fairway.domain.app import Rollout
from fairway.domain.aws.wanted import Architecture, Capacity, Hosting, Instances
from fairway.domain.health import HttpCheck, Timing
from fairway.domain.managed import Managed
from fairway.domain.scaling import Scaling
from support import aws_services
from support.aws_apps import make_environment, make_service


def test_a_fixed_count_is_written_and_a_scaled_one_is_left_to_scaling() -> None:
    scaled = make_service("worker", replicas=3, scaling=Scaling(minimum=3, maximum=9))

    found = aws_services.make(make_environment(services=(make_service(replicas=2), scaled)))

    assert found.service("web")["DesiredCount"] == 2
    assert "DesiredCount" not in found.service("worker")


def test_a_deployment_that_fails_is_ended_and_taken_back() -> None:
    environment = make_environment(rollout=Rollout(minimum_healthy_percent=50, maximum_percent=150))

    deployment = aws_services.make(environment).service("web")["DeploymentConfiguration"]

    assert (deployment["MinimumHealthyPercent"], deployment["MaximumPercent"]) == (50, 150)
    assert deployment["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}


@pytest.mark.parametrize(("percent", "balanced"), [(200, "ENABLED"), (100, "DISABLED")])
def test_tasks_are_moved_between_zones_only_where_one_more_may_run(percent: int, balanced: str) -> None:
    environment = make_environment(rollout=Rollout(minimum_healthy_percent=50, maximum_percent=percent))

    assert aws_services.make(environment).service("web")["AvailabilityZoneRebalancing"] == balanced


def test_a_service_waits_for_its_listener_and_the_providers() -> None:
    found = aws_services.make(make_environment(services=(make_service(), make_service("worker"))))

    assert found.resources["RunningWeb"]["DependsOn"] == ["CapacityProviders", "Listener"]
    assert found.resources["RunningWorker"]["DependsOn"] == ["CapacityProviders"]


def test_failures_are_looked_over_while_a_task_starts() -> None:
    check = HttpCheck(path="/", timing=Timing(start_period=45.5))

    found = aws_services.make(make_environment(services=(make_service(health=check), make_service("worker"))))

    assert found.service("web")["HealthCheckGracePeriodSeconds"] == 46
    assert "HealthCheckGracePeriodSeconds" not in found.service("worker"), "ECS takes it with a load balancer alone"


@pytest.mark.parametrize(
    ("public", "subnets", "address"), [(False, "PrivateSubnets", "DISABLED"), (True, "PublicSubnets", "ENABLED")]
)
def test_tasks_have_public_addresses_only_where_asked(public: bool, subnets: str, address: str) -> None:
    found = aws_services.make(make_environment(), Hosting(public_tasks=public))

    network = found.service("web")["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert (network["Subnets"], network["AssignPublicIp"]) == ({"Ref": subnets}, address)


def test_tasks_are_clients_of_the_databases() -> None:
    found = aws_services.make(make_environment(databases=(Managed(name="main"),)))

    groups = found.service("web")["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"]
    assert groups == [{"Ref": "TaskGroup"}, {"Ref": "DatabaseClients"}]


def providers(found: aws_services.Found, service: str) -> list[tuple[str, int]]:
    strategy = found.service(service)["CapacityProviderStrategy"]
    return [(each["CapacityProvider"], each.get("Base", 0)) for each in strategy]


def test_of_several_tasks_on_spot_one_stays_where_it_is_not_taken_away() -> None:
    several = make_service(scaling=Scaling(minimum=2, maximum=5))

    found = aws_services.make(
        make_environment(services=(several, make_service("worker"))), Hosting(capacity=Capacity.FARGATE_SPOT)
    )

    assert providers(found, "web") == [("FARGATE", 1), ("FARGATE_SPOT", 0)]
    assert providers(found, "worker") == [("FARGATE_SPOT", 0)]


def test_on_instances_tasks_have_no_fargate_about_them() -> None:
    found = aws_services.make(make_environment(), Hosting(capacity=Capacity.EC2))

    service = found.service("web")
    assert service["CapacityProviderStrategy"] == [{"CapacityProvider": {"Ref": "InstanceProvider"}, "Weight": 1}]
    assert "PlatformVersion" not in service
    assert "AssignPublicIp" not in service["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert found.only("ECS::TaskDefinition")["RequiresCompatibilities"] == ["EC2"]


def test_instances_are_encrypted_closed_and_let_go_of_tasks() -> None:
    hosting = Hosting(
        capacity=Capacity.EC2,
        architecture=Architecture.ARM64,
        instances=Instances(type="t4g.large", minimum=2, maximum=6),
    )

    found = aws_services.make(make_environment(), hosting)

    launched = found.only("EC2::LaunchTemplate")["LaunchTemplateData"]
    assert launched["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    assert launched["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True
    assert launched["ImageId"].startswith("resolve:ssm:") and "arm64" in launched["ImageId"]
    assert launched["InstanceType"] == "t4g.large"
    assert "SecurityGroupIngress" not in found.resources["InstanceGroup"]["Properties"]
    group = found.only("AutoScaling::AutoScalingGroup")
    assert (group["MinSize"], group["MaxSize"]) == ("2", "6")
    provider = found.only("ECS::CapacityProvider")["AutoScalingGroupProvider"]
    assert (provider["ManagedDraining"], provider["ManagedTerminationProtection"]) == ("ENABLED", "DISABLED")


def test_the_cluster_that_instances_join_is_the_one_that_is_made() -> None:
    found = aws_services.make(make_environment(), Hosting(capacity=Capacity.EC2))

    configured = found.only("EC2::LaunchTemplate")["LaunchTemplateData"]["UserData"]["Fn::Base64"]
    assert f"ECS_CLUSTER={found.only('ECS::Cluster')['ClusterName']}\n" in configured


def test_another_capacity_begins_a_deployment_and_the_same_one_does_not() -> None:
    alone = make_environment()
    several = make_environment(services=(make_service(scaling=Scaling(minimum=2, maximum=5)),))

    words = {
        aws_services.make(environment, Hosting(capacity=capacity)).service("web")["ForceNewDeployment"][
            "ForceNewDeploymentNonce"
        ]
        for environment in (alone, several)
        for capacity in Capacity
    }

    assert words == {"fargate", "fargate_spot", "fargate_spot-1", "ec2"}

"""What templates cost: each kind of resource by its own rule, with figures that can be worked out by hand."""

from typing import Any

import pytest

from fairway.cloudformation import replacements, synthesis
from fairway.cloudformation.cost import estimate, prices
from fairway.cloudformation.cost.reading import Usage
from fairway.domain.aws.cost import HOURS, Item, Range, exactly
from fairway.domain.aws.regions import REGIONS
from fairway.domain.aws.stack import Kind, OutputOf, Stack
from support import aws_apps

FRANKFURT = "eu-central-1"
STRATEGY = [{"CapacityProvider": "FARGATE", "Weight": 1}]
MIXED = [{"CapacityProvider": "FARGATE", "Base": 1, "Weight": 0}, {"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]


def stack(**resources: tuple[str, dict[str, Any]]) -> Stack:
    found = {name: {"Type": f"AWS::{kind}", "Properties": each} for name, (kind, each) in resources.items()}
    return Stack(name="s", kind=Kind.SERVICES, template={"Resources": found})


def items(given: Stack, region: str = FRANKFURT, usage: Usage = estimate.DEFAULT) -> dict[str, Item]:
    return {f"{each.resource} {each.what}": each for each in estimate.estimate([given], region, usage).items}


def month(given: Stack, name: str, region: str = FRANKFURT) -> Range | None:
    found = items(given, region)[name].monthly
    return None if found is None else Range(low=round(found.low, 2), high=round(found.high, 2))


def definition(cpu: int = 256, memory: int = 512, architecture: str = "X86_64") -> tuple[str, dict[str, Any]]:
    found = {
        "Cpu": str(cpu),
        "Memory": str(memory),
        "RequiresCompatibilities": ["FARGATE"],
        "RuntimePlatform": {"CpuArchitecture": architecture},
    }
    return "ECS::TaskDefinition", found


def service(strategy: list[dict[str, Any]] = STRATEGY, **properties: Any) -> tuple[str, dict[str, Any]]:
    return "ECS::Service", {
        "TaskDefinition": {"Ref": "Definition"},
        "CapacityProviderStrategy": strategy,
        **properties,
    }


def target(least: int, most: int, *actions: dict[str, int]) -> tuple[str, dict[str, Any]]:
    found: dict[str, Any] = {
        "ResourceId": {"Fn::Sub": "service/${Cluster}/${Web.Name}"},
        "MinCapacity": least,
        "MaxCapacity": most,
        "ScheduledActions": [{"ScalableTargetAction": each} for each in actions],
    }
    return "ApplicationAutoScaling::ScalableTarget", found


def test_a_worksheet_that_somebody_worked_out_by_hand() -> None:
    """Two tasks of 0.25 vCPU and 0.5 GB with public addresses behind a load balancer, in Frankfurt: 16.99 + 3.73 +
    19.71 + 14.60 = 55.03 USD."""
    network = {"AwsvpcConfiguration": {"AssignPublicIp": "ENABLED", "Subnets": {"Ref": "PublicSubnets"}}}
    given = stack(
        Definition=definition(),
        Web=service(DesiredCount=2, NetworkConfiguration=network),
        Balancer=("ElasticLoadBalancingV2::LoadBalancer", {"Subnets": {"Ref": "PublicSubnets"}}),
    )

    assert month(given, "Web Fargate vCPU, x86_64") == exactly(16.99)
    assert month(given, "Web Fargate memory, x86_64") == exactly(3.73)
    assert month(given, "Web public IPv4 addresses") == exactly(7.30)
    assert month(given, "Balancer load balancer") == exactly(19.71)
    assert month(given, "Balancer public IPv4 addresses") == exactly(7.30)
    assert round(estimate.estimate([given], FRANKFURT, Usage(lcus=0)).total.high, 2) == 55.03


def test_scaling_makes_a_range_with_its_scheduled_bounds() -> None:
    plain = stack(Definition=definition(), Web=service(), Scaled=target(1, 4))
    scheduled = stack(
        Definition=definition(), Web=service(), Scaled=target(2, 4, {"MinCapacity": 1}, {"MaxCapacity": 8})
    )

    assert month(plain, "Web Fargate vCPU, x86_64") == Range(low=8.50, high=33.99)
    assert month(scheduled, "Web Fargate vCPU, x86_64") == Range(low=8.50, high=67.98)


def test_a_service_without_a_count_begins_with_one_task() -> None:
    assert month(stack(Definition=definition(), Web=service()), "Web Fargate vCPU, x86_64") == exactly(8.50)


def test_spot_costs_a_part_of_the_others_price_and_says_that_it_moves() -> None:
    given = stack(Definition=definition(), Web=service(MIXED), Scaled=target(1, 5))

    found = items(given)

    assert found["Web Fargate vCPU, x86_64"].quantity == exactly(0.25 * HOURS)
    assert found["Web Fargate Spot vCPU, x86_64"].quantity == Range(low=0.0, high=HOURS)
    assert "moves" in found["Web Fargate Spot vCPU, x86_64"].assumed
    assert month(stack(Definition=definition(), Web=service(MIXED[1:])), "Web Fargate Spot vCPU, x86_64") == Range(
        low=2.55, high=8.50
    )


def test_tasks_on_instances_cost_what_the_instances_cost() -> None:
    strategy = [{"CapacityProvider": {"Ref": "Provider"}, "Weight": 1}]
    kind, found = definition()
    launched = {
        "InstanceType": "t3.medium",
        "BlockDeviceMappings": [{"Ebs": {"VolumeSize": 30, "VolumeType": "gp3"}}],
    }
    group = {"MinSize": "1", "MaxSize": "3", "LaunchTemplate": {"LaunchTemplateId": {"Ref": "Launch"}}}
    given = stack(
        Definition=(kind, {**found, "RequiresCompatibilities": ["EC2"]}),
        Web=service(strategy, DesiredCount=9),
        Launch=("EC2::LaunchTemplate", {"LaunchTemplateData": launched}),
        Group=("AutoScaling::AutoScalingGroup", group),
    )

    assert set(items(given, "us-east-1")) == {"Group EC2 t3.medium", "Group EBS gp3"}
    assert month(given, "Group EC2 t3.medium", "us-east-1") == Range(low=30.37, high=91.10)
    assert month(given, "Group EBS gp3", "us-east-1") == Range(low=2.40, high=7.20)


def test_a_job_has_a_rate_for_each_hour_that_it_runs() -> None:
    found = items(stack(Report=definition(1024, 2048)))["Report a run on Fargate, x86_64"]

    assert (found.quantity, found.monthly) == (None, None)
    assert found.price == pytest.approx(0.04656 + 2 * 0.00511)


def test_a_database_in_two_zones_costs_its_own_price_or_twice_the_single_one() -> None:
    def database(size: str) -> Stack:
        found = {"DBInstanceClass": size, "AllocatedStorage": "20", "MultiAZ": True}
        return stack(Main=("RDS::DBInstance", found))

    assert month(database("db.t4g.micro"), "Main RDS db.t4g.micro, Multi-AZ") == exactly(27.01)
    assert month(database("db.t4g.micro"), "Main RDS gp3 storage, Multi-AZ") == exactly(5.48)
    twice = items(database("db.t4g.small"), "eu-west-1")["Main RDS db.t4g.small, Multi-AZ"]
    assert (twice.quantity, twice.assumed) == (exactly(2 * HOURS), "two instances, in two zones")


def test_a_network_costs_by_gateway_address_and_endpoint() -> None:
    interface = {"VpcEndpointType": "Interface", "SubnetIds": [{"Ref": "A"}, {"Ref": "B"}]}
    given = stack(
        Nat=("EC2::NatGateway", {}),
        Address=("EC2::EIP", {}),
        Door=("EC2::VPCEndpoint", interface),
        S3=("EC2::VPCEndpoint", {"VpcEndpointType": "Gateway"}),
    )

    assert month(given, "Nat NAT gateway") == exactly(37.96)
    assert month(given, "Address public IPv4 addresses") == exactly(3.65)
    assert month(given, "Door interface endpoint") == exactly(17.52)
    assert not [name for name in items(given) if name.startswith("S3")]


def test_addresses_of_a_load_balancer_are_those_of_its_subnets() -> None:
    def balancer(**parameters: str | OutputOf) -> Stack:
        properties = {"Subnets": {"Ref": "PublicSubnets"}}
        found = stack(B=("ElasticLoadBalancingV2::LoadBalancer", properties))
        return Stack(name="s", kind=Kind.SERVICES, template=found.template, parameters=parameters)

    known = balancer(PublicSubnets="subnet-1,subnet-2,subnet-3")
    handed_on = balancer(PublicSubnets=OutputOf(stack="n", output="PublicSubnets"))
    inside = stack(B=("ElasticLoadBalancingV2::LoadBalancer", {"Scheme": "internal", "Subnets": []}))

    assert month(known, "B public IPv4 addresses") == exactly(10.95)
    assert month(handed_on, "B public IPv4 addresses") == exactly(7.30)
    assert "B public IPv4 addresses" not in items(inside)


def test_alarms_cost_by_the_metrics_that_they_look_at() -> None:
    metrics = [{"Expression": "a / b"}, {"MetricStat": {}}, {"MetricStat": {}}]
    given = stack(
        One=("CloudWatch::Alarm", {}),
        Two=("CloudWatch::Alarm", {"Metrics": metrics}),
        Tracking=("ApplicationAutoScaling::ScalingPolicy", {"PolicyType": "TargetTrackingScaling"}),
        Steps=("ApplicationAutoScaling::ScalingPolicy", {"PolicyType": "StepScaling"}),
        Cluster=("ECS::Cluster", {"ClusterSettings": [{"Name": "containerInsights", "Value": "enabled"}]}),
    )

    assert month(given, "One alarm") == exactly(0.10)
    assert month(given, "Two alarm") == exactly(0.20)
    assert month(given, "Tracking alarms of target tracking") == exactly(0.20)
    assert items(given)["Cluster Container Insights, for each metric"].price == 0.30
    assert not [name for name in items(given) if name.startswith("Steps")]


def test_secrets_cost_each_and_images_by_their_size() -> None:
    given = stack(Secret=("SecretsManager::Secret", {}), Images=("ECR::Repository", {}))

    assert month(given, "Secret secret") == exactly(0.40)
    assert month(given, "Images images") == exactly(0.50)


def test_logs_are_taken_in_and_kept_for_as_long_as_is_said() -> None:
    given = stack(Log=("Logs::LogGroup", {"RetentionInDays": 91}))

    assert month(given, "Log logs taken in") == exactly(0.63)
    assert items(given, usage=Usage(log_gb=2))["Log logs kept"].quantity == exactly(2 * 91 / 30.4)


def test_a_pipeline_costs_by_the_minutes_of_its_actions_and_builds() -> None:
    machine = {"Type": "LINUX_CONTAINER", "ComputeType": "BUILD_GENERAL1_MEDIUM", "PrivilegedMode": True}
    stages = [
        {"Actions": [{"ActionTypeId": {"Category": category}} for category in categories]}
        for categories in (["Source"], ["Build"], ["Approval"], ["Build"])
    ]
    given = stack(
        Build=("CodeBuild::Project", {"Environment": machine}), P=("CodePipeline::Pipeline", {"Stages": stages})
    )

    assert month(given, "Build CodeBuild linux medium", "us-east-1") == exactly(1.50)
    assert month(given, "P CodePipeline, minutes of actions") == exactly(0.66)


def test_a_deployment_that_rehearses_migrations_is_no_build() -> None:
    machine = {"Type": "LINUX_CONTAINER", "ComputeType": "BUILD_GENERAL1_MEDIUM", "PrivilegedMode": True}
    given = stack(
        Build=("CodeBuild::Project", {"Environment": machine}),
        Deploy=("CodeBuild::Project", {"Environment": machine, "VpcConfig": {"VpcId": "vpc-1"}}),
    )

    found = items(given, usage=Usage(pushes=10, build_minutes=3, deploy_minutes=7))

    assert found["Build CodeBuild linux medium"].quantity == exactly(30)
    assert found["Deploy CodeBuild linux medium"].quantity == exactly(70)


def test_what_the_migration_guard_keeps_is_a_rate_and_what_other_buckets_hand_on_is_nothing() -> None:
    unfinished = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}
    given = stack(
        Backups=("S3::Bucket", {"LifecycleConfiguration": {"Rules": [unfinished]}}),
        Artifacts=("S3::Bucket", {"LifecycleConfiguration": {"Rules": [{**unfinished, "ExpirationInDays": 365}]}}),
        Passages=("DynamoDB::Table", {}),
    )

    found = items(given)

    assert set(found) == {"Backups backups in S3", "Passages records in DynamoDB"}
    assert {each.quantity for each in found.values()} == {None}
    assert estimate.estimate([given], FRANKFURT).unknown == ()


def test_what_the_table_lacks_is_unknown_and_the_sum_says_so() -> None:
    given = stack(Main=("RDS::DBInstance", {"DBInstanceClass": "db.r99.large", "AllocatedStorage": "20"}))

    found = estimate.estimate([given], FRANKFURT)

    assert [each.what for each in found.unknown] == ["RDS db.r99.large"]
    assert round(found.total.low, 2) == 2.74


def test_a_pull_request_is_built_and_never_deployed() -> None:
    machine = {"Type": "ARM_CONTAINER", "ComputeType": "BUILD_GENERAL1_MEDIUM", "PrivilegedMode": True}
    build = {"ActionTypeId": {"Category": "Test"}, "Configuration": {"ProjectName": {"Ref": "Tried"}}}
    stages = [{"Actions": [{"ActionTypeId": {"Category": "Source"}}]}, {"Actions": [build]}]
    given = stack(
        Tried=("CodeBuild::Project", {"Environment": machine}),
        P=("CodePipeline::Pipeline", {"Stages": stages, "Triggers": [{"GitConfiguration": {"PullRequest": []}}]}),
    )

    found = items(given, usage=Usage(pushes=10, build_minutes=7))

    assert found["Tried CodeBuild arm medium"].assumed == "10 heads of pull requests of 7 min"
    assert found["P CodePipeline, minutes of actions"].assumed.startswith("10 heads of pull requests of 8 min;")


def test_an_action_of_ones_own_costs_its_own_minutes() -> None:
    machine = {"Type": "LINUX_CONTAINER", "ComputeType": "BUILD_GENERAL1_SMALL", "PrivilegedMode": False}
    own = {"ActionTypeId": {"Category": "Test"}, "Configuration": {"ProjectName": {"Ref": "Act"}}}
    given = stack(
        Act=("CodeBuild::Project", {"Environment": machine}),
        P=("CodePipeline::Pipeline", {"Stages": [{"Actions": [own, own]}]}),
    )

    found = items(given, usage=Usage(pushes=10, action_minutes=3))

    assert found["Act CodeBuild linux small"].assumed == "10 pushes of 6 min"
    assert found["P CodePipeline, minutes of actions"].assumed.startswith("10 pushes of 6 min;")


def test_a_region_that_the_table_lacks_has_only_what_costs_the_same_everywhere() -> None:
    given = stack(Nat=("EC2::NatGateway", {}), Address=("EC2::EIP", {}))

    assert month(given, "Nat NAT gateway", "sa-east-1") is None
    assert month(given, "Address public IPv4 addresses", "sa-east-1") == exactly(3.65)


def test_a_type_that_nobody_has_thought_of_is_an_item_without_a_price() -> None:
    found = estimate.estimate([stack(Lake=("Dear::Thing", {}), Role=("IAM::Role", {}))], FRANKFURT)

    assert [(each.resource, each.what) for each in found.unknown] == [("Lake", "Dear::Thing")]


@pytest.mark.parametrize("name", aws_apps.MATRIX)
def test_of_everything_that_templates_make_it_is_known_what_it_costs_and_what_replaces_it(name: str) -> None:
    app = aws_apps.MATRIX[name]

    for each in synthesis.synthesize(app, aws_apps.given_of(app)):
        kinds = {resource["Type"] for resource in each.template["Resources"].values()}
        assert [kind for kind in kinds if not estimate.is_known(kind)] == []
        assert [kind for kind in kinds if not replacements.knows(kind)] == []


def test_prices_are_positive_and_of_regions_where_an_app_can_be() -> None:
    assert set(prices.regions()) <= REGIONS
    for region in prices.regions():
        found = prices.of_region(region)
        assert all(0 < usd < 50 for usd in found.usd.values())
        assert found.of("ipv4.hour") == 0.005

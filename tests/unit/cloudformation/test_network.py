"""The network: what stands where, and what leads out."""

from typing import Any

import pytest

from fairway.cloudformation.network import stack as network
from fairway.domain.app import App
from fairway.domain.aws.wanted import Capacity, Hosting, Nat, OwnNetwork
from fairway.errors import UsageError
from support import aws_apps

IN_THE_INTERNET = "0.0.0.0/0"


def resources(app: App, kind: str) -> dict[str, dict[str, Any]]:
    """The properties of each resource of a type."""
    made = network.make(app).to_dict()["Resources"]
    return {name: each["Properties"] for name, each in made.items() if each["Type"] == kind}


def ways_out(app: App) -> dict[str, str]:
    """Where each table of routes sends what is for the internet."""
    found = {}
    for route in resources(app, "AWS::EC2::Route").values():
        assert route["DestinationCidrBlock"] == IN_THE_INTERNET
        gateway = route.get("NatGatewayId") or route["GatewayId"]
        found[route["RouteTableId"]["Ref"]] = gateway["Ref"]
    return found


def app_with(nat: Nat, **hosting: Any) -> App:
    return aws_apps.make_app(network=OwnNetwork(nat=nat), hosting={"production": Hosting(**hosting)})


def services(app: App) -> set[str]:
    """The services that have an endpoint."""
    return {
        each["ServiceName"]["Fn::Sub"].removeprefix("com.amazonaws.${AWS::Region}.")
        for each in resources(app, "AWS::EC2::VPCEndpoint").values()
    }


def test_nothing_gets_a_public_address_by_standing_in_a_subnet() -> None:
    subnets = resources(aws_apps.minimal(), "AWS::EC2::Subnet")

    assert len(subnets) == 4
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in subnets.values())


def test_subnets_of_one_side_stand_in_different_zones() -> None:
    subnets = resources(aws_apps.minimal(), "AWS::EC2::Subnet")

    zones = {name: str(subnet["AvailabilityZone"]) for name, subnet in subnets.items()}

    assert zones["PublicSubnet1"] == zones["PrivateSubnet1"] != zones["PublicSubnet2"] == zones["PrivateSubnet2"]


@pytest.mark.parametrize(
    ("nat", "expected"),
    [
        (Nat.NONE, {}),
        (Nat.ONE, {"PrivateRoutes1": "NatGateway1", "PrivateRoutes2": "NatGateway1"}),
        (Nat.EACH, {"PrivateRoutes1": "NatGateway1", "PrivateRoutes2": "NatGateway2"}),
    ],
)
def test_private_subnets_reach_the_internet_as_asked(nat: Nat, expected: dict[str, str]) -> None:
    assert ways_out(app_with(nat)) == {"PublicRoutes": "InternetGateway", **expected}


def test_every_private_subnet_has_a_table_of_its_own_so_that_gateways_can_change() -> None:
    tables = {
        each["SubnetId"]["Ref"]: each["RouteTableId"]["Ref"]
        for each in resources(app_with(Nat.NONE), "AWS::EC2::SubnetRouteTableAssociation").values()
    }

    assert tables == {
        "PublicSubnet1": "PublicRoutes",
        "PublicSubnet2": "PublicRoutes",
        "PrivateSubnet1": "PrivateRoutes1",
        "PrivateSubnet2": "PrivateRoutes2",
    }


def test_images_never_go_through_a_nat_gateway() -> None:
    assert services(app_with(Nat.ONE)) == {"s3"}


def test_private_tasks_without_a_way_out_reach_what_they_start_by() -> None:
    assert services(app_with(Nat.NONE)) == {"s3", "ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssmmessages"}


def test_instances_without_a_way_out_reach_their_cluster_too() -> None:
    found = services(app_with(Nat.NONE, capacity=Capacity.EC2))

    assert found >= {"ecr.api", "ecs", "ecs-agent", "ecs-telemetry"}


def test_public_tasks_need_no_endpoints() -> None:
    assert services(app_with(Nat.NONE, public_tasks=True)) == {"s3"}


def test_one_environment_of_private_tasks_is_enough_for_endpoints() -> None:
    app = aws_apps.make_app(
        aws_apps.make_environment("staging"),
        aws_apps.make_environment("production"),
        hosting={"staging": Hosting(public_tasks=True), "production": Hosting()},
        network=OwnNetwork(nat=Nat.NONE),
    )

    assert "ecr.api" in services(app)


def test_endpoints_answer_to_the_network_alone() -> None:
    app = aws_apps.make_app(network=OwnNetwork(nat=Nat.NONE, cidr="10.9.0.0/16"))

    (group,) = resources(app, "AWS::EC2::SecurityGroup").values()

    assert [(rule["CidrIp"], rule["ToPort"]) for rule in group["SecurityGroupIngress"]] == [("10.9.0.0/16", 443)]


def test_what_was_refused_is_recorded() -> None:
    (flow,) = resources(aws_apps.minimal(), "AWS::EC2::FlowLog").values()

    assert (flow["ResourceType"], flow["TrafficType"]) == ("VPC", "REJECT")


def test_an_app_in_a_network_that_exists_has_none_of_its_own() -> None:
    with pytest.raises(UsageError, match="no network of its own") as caught:
        network.make(aws_apps.existing_network())

    assert aws_apps.EXISTING.vpc in caught.value.why

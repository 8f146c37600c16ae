"""The network as an engine of CloudFormation makes it from its template: where packets go, asked of EC2's API.

moto is that engine; what it says of the stack's state proves nothing, so only what was made is looked at. Which subnet
has which table of routes it keeps to itself when a stack makes it; that is read from the template.
"""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from fairway.cloudformation import wires
from fairway.cloudformation.network import stack as network
from fairway.domain.app import App
from fairway.domain.aws.wanted import Nat, OwnNetwork
from support import aws_apps

EVERYWHERE = "0.0.0.0/0"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account that is empty, and of nobody."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", aws_apps.REGION)
    with mock_aws():
        yield


class Made:
    """A stack of a network: its outputs, and AWS's ids by the template's."""

    def __init__(self, app: App) -> None:
        stacks = boto3.client("cloudformation")
        self.template = network.make(app).to_dict()
        body = json.dumps(self.template)
        stacks.create_stack(StackName="network", TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
        (stack,) = stacks.describe_stacks(StackName="network")["Stacks"]
        self.outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        resources = stacks.describe_stack_resources(StackName="network")["StackResources"]
        self.ids = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}

    def subnets(self, side: str) -> list[str]:
        """The ids of one side's."""
        return self.outputs[side].split(",")

    def way_out(self, subnet: str) -> dict[str, Any] | None:
        """The route by which a subnet reaches the internet."""
        (table,) = (
            self.ids[each["Properties"]["RouteTableId"]["Ref"]]
            for each in self.template["Resources"].values()
            if each["Type"] == "AWS::EC2::SubnetRouteTableAssociation"
            and self.ids[each["Properties"]["SubnetId"]["Ref"]] == subnet
        )
        (found,) = boto3.client("ec2").describe_route_tables(RouteTableIds=[table])["RouteTables"]
        return next((route for route in found["Routes"] if route.get("DestinationCidrBlock") == EVERYWHERE), None)


def zone_of(subnet: str) -> str:
    found = boto3.client("ec2").describe_subnets(SubnetIds=[subnet])["Subnets"]
    return str(found[0]["AvailabilityZone"])


def gateway_zone(route: dict[str, Any] | None) -> str:
    """Where the NAT gateway of a route stands."""
    assert route is not None
    (gateway,) = boto3.client("ec2").describe_nat_gateways(NatGatewayIds=[route["NatGatewayId"]])["NatGateways"]
    return zone_of(gateway["SubnetId"])


def test_each_side_has_a_subnet_in_two_zones(account: None) -> None:
    made = Made(aws_apps.minimal())

    for side in (wires.PUBLIC_SUBNETS, wires.PRIVATE_SUBNETS):
        assert len({zone_of(subnet) for subnet in made.subnets(side)}) == 2


def test_public_subnets_reach_the_internet_and_private_ones_go_through_their_own_zones_gateway(account: None) -> None:
    made = Made(aws_apps.make_app(network=OwnNetwork(nat=Nat.EACH)))

    for subnet in made.subnets(wires.PUBLIC_SUBNETS):
        route = made.way_out(subnet)
        assert route is not None
        assert route["GatewayId"].startswith("igw-")
    for subnet in made.subnets(wires.PRIVATE_SUBNETS):
        assert gateway_zone(made.way_out(subnet)) == zone_of(subnet)


def test_without_a_gateway_private_subnets_reach_no_internet(account: None) -> None:
    made = Made(aws_apps.make_app(network=OwnNetwork(nat=Nat.NONE)))

    assert [made.way_out(subnet) for subnet in made.subnets(wires.PRIVATE_SUBNETS)] == [None, None]

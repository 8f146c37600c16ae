"""The network's doors to AWS's own services: how tasks in private subnets start where nothing leads to the internet.

A Fargate task needs ECR's two names and the layers in S3 to have its image, CloudWatch Logs for its output, Secrets
Manager for its variables, and SSM's messages for `exec`. Instances also need ECS's three to join their cluster. (ECS's
developer guide, "Amazon ECS interface VPC endpoints"; ECR's user guide, "Amazon ECR interface VPC endpoints".)
"""

from troposphere import Ref, Sub, Tags, Template, ec2

from fairway.cloudformation import asked
from fairway.domain.app import App
from fairway.domain.aws import names
from fairway.domain.aws.stack import Kind
from fairway.domain.aws.wanted import ZONES, Capacity, Nat, OwnNetwork

TASKS = ("ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssmmessages")
INSTANCES = ("ecs", "ecs-agent", "ecs-telemetry")
GROUP = "EndpointGroup"


def add(template: Template, app: App, network: OwnNetwork) -> None:
    """S3's always: it costs nothing, and keeps the layers of images off a NAT gateway. The others, which cost by the
    hour, where private tasks have no other way."""
    template.add_resource(
        ec2.VPCEndpoint(
            "S3Endpoint",
            VpcId=Ref("Vpc"),
            VpcEndpointType="Gateway",
            ServiceName=Sub("com.amazonaws.${AWS::Region}.s3"),
            RouteTableIds=[Ref(f"PrivateRoutes{zone}") for zone in range(1, ZONES + 1)],
        )
    )
    services = needed(app, network)
    if services:
        _add_group(template, app, network)
    for service in services:
        _add_interface(template, service)


def needed(app: App, network: OwnNetwork) -> tuple[str, ...]:
    """The services that need an endpoint, as the end of their names: `com.amazonaws.REGION.ecr.api`."""
    hostings = [asked.hosting(app, environment) for environment in app.environments]
    if network.nat is not Nat.NONE or all(hosting.public_tasks for hosting in hostings):
        return ()
    joins = any(hosting.capacity is Capacity.EC2 for hosting in hostings)
    return TASKS + (INSTANCES if joins else ())


def _add_group(template: Template, app: App, network: OwnNetwork) -> None:
    """Whoever stands in the network may ask; an endpoint opens no connection itself."""
    template.add_resource(
        ec2.SecurityGroup(
            GROUP,
            GroupDescription="The endpoints of AWS services, for what stands in the network",
            VpcId=Ref("Vpc"),
            SecurityGroupIngress=[
                ec2.SecurityGroupRule(
                    IpProtocol="tcp",
                    FromPort=443,
                    ToPort=443,
                    CidrIp=network.cidr,
                    Description="HTTPS from the network",
                )
            ],
            SecurityGroupEgress=[
                ec2.SecurityGroupRule(
                    IpProtocol="tcp",
                    FromPort=443,
                    ToPort=443,
                    CidrIp=network.cidr,
                    Description="Nothing but answers, and none of them leaves the network",
                )
            ],
            Tags=Tags(Name=f"{names.stack(app.name, Kind.NETWORK)}-endpoints"),
        )
    )


def _add_interface(template: Template, service: str) -> None:
    template.add_resource(
        ec2.VPCEndpoint(
            names.logical(*service.split("."), "endpoint"),
            VpcId=Ref("Vpc"),
            VpcEndpointType="Interface",
            ServiceName=Sub(f"com.amazonaws.${{AWS::Region}}.{service}"),
            PrivateDnsEnabled=True,
            SubnetIds=[Ref(f"PrivateSubnet{zone}") for zone in range(1, ZONES + 1)],
            SecurityGroupIds=[Ref(GROUP)],
        )
    )

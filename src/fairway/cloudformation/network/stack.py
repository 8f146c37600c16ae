"""The NETWORK stack: a VPC of the app's own, with a public and a private subnet in each of two zones.

Public subnets hold the load balancer and the NAT gateways, and tasks only where that was asked for; private ones the
tasks and the databases. Nothing gets a public address by standing in a subnet. Where nothing leads to the internet
(`Nat.NONE`), private tasks reach AWS's own services through `endpoints`.

One thing that CloudFormation has no way to change is left: the VPC's default security group keeps its rules. Nothing
of Fairway's is ever in it.
"""

from troposphere import GetAtt, GetAZs, Join, Output, Ref, Select, Tags, Template, ec2

from fairway.cloudformation import asked, wires
from fairway.cloudformation.network import endpoints, flowlogs
from fairway.domain.app import App
from fairway.domain.aws import names, subnets
from fairway.domain.aws.stack import Kind
from fairway.domain.aws.wanted import ZONES, Nat, OwnNetwork
from fairway.errors import UsageError

EVERYWHERE = "0.0.0.0/0"


def make(app: App) -> Template:
    """The template of an app with an OwnNetwork. Raises UsageError for an app with another one, or without AWS."""
    network = _own(app)
    template = Template(Description=f"{app.name}: the network, by Fairway")
    _add_vpc(template, app, network)
    shares = subnets.share(network.cidr)
    for zone in range(ZONES):
        _add_subnet(template, app, "public", zone, shares.public[zone])
        _add_subnet(template, app, "private", zone, shares.private[zone])
    _add_way_out(template, app, network.nat)
    endpoints.add(template, app, network)
    flowlogs.add(template, app)
    _add_outputs(template)
    return template


def _own(app: App) -> OwnNetwork:
    network = asked.aws(app).network
    if not isinstance(network, OwnNetwork):
        raise UsageError(
            f"{app.name} has no network of its own",
            why=f"fairway.toml names {network.vpc}, which somebody else keeps",
            hint="take vpc and the subnets out of [aws.network], and Fairway makes one",
        )
    return network


def _named(app: App, *parts: str) -> Tags:
    """The name that the console shows; a VPC's parts have none of their own."""
    return Tags(Name="-".join((names.stack(app.name, Kind.NETWORK), *parts)))


def _add_vpc(template: Template, app: App, network: OwnNetwork) -> None:
    template.add_resource(
        ec2.VPC(
            "Vpc",
            CidrBlock=network.cidr,
            EnableDnsSupport=True,
            EnableDnsHostnames=True,  # endpoints answer under the services' own names by it
            Tags=_named(app),
        )
    )
    template.add_resource(ec2.InternetGateway("InternetGateway", Tags=_named(app)))
    template.add_resource(
        ec2.VPCGatewayAttachment("Attachment", VpcId=Ref("Vpc"), InternetGatewayId=Ref("InternetGateway"))
    )


def _add_subnet(template: Template, app: App, side: str, zone: int, cidr: str) -> None:
    """A subnet with its table of routes: `PublicSubnet1`, `PublicRoutes` (one for all), `PrivateRoutes1`."""
    name = f"{side.capitalize()}Subnet{zone + 1}"
    template.add_resource(
        ec2.Subnet(
            name,
            VpcId=Ref("Vpc"),
            CidrBlock=cidr,
            AvailabilityZone=Select(zone, GetAZs("")),
            MapPublicIpOnLaunch=False,
            Tags=_named(app, side, str(zone + 1)),
        )
    )
    routes = "PublicRoutes" if side == "public" else f"PrivateRoutes{zone + 1}"
    if routes not in template.resources:
        tags = _named(app, side) if side == "public" else _named(app, side, str(zone + 1))
        template.add_resource(ec2.RouteTable(routes, VpcId=Ref("Vpc"), Tags=tags))
    template.add_resource(
        ec2.SubnetRouteTableAssociation(f"{name}Routes", SubnetId=Ref(name), RouteTableId=Ref(routes))
    )


def _add_way_out(template: Template, app: App, nat: Nat) -> None:
    """Public subnets reach the internet by the gateway; private ones by a NAT gateway: the one, or that of their zone.

    Each zone has a table of routes whatever `nat` says, so that going from one gateway to two changes a route only.
    """
    template.add_resource(
        ec2.Route(
            "PublicWayOut",
            RouteTableId=Ref("PublicRoutes"),
            DestinationCidrBlock=EVERYWHERE,
            GatewayId=Ref("InternetGateway"),
            DependsOn="Attachment",
        )
    )
    gateways = {Nat.NONE: 0, Nat.ONE: 1, Nat.EACH: ZONES}[nat]
    for number in range(1, gateways + 1):
        _add_gateway(template, app, number)
    for zone in range(1, ZONES + 1 if gateways else 1):
        template.add_resource(
            ec2.Route(
                f"PrivateWayOut{zone}",
                RouteTableId=Ref(f"PrivateRoutes{zone}"),
                DestinationCidrBlock=EVERYWHERE,
                NatGatewayId=Ref(f"NatGateway{min(zone, gateways)}"),
            )
        )


def _add_gateway(template: Template, app: App, number: int) -> None:
    address = f"NatAddress{number}"
    template.add_resource(ec2.EIP(address, Domain="vpc", DependsOn="Attachment", Tags=_named(app, "nat", str(number))))
    template.add_resource(
        ec2.NatGateway(
            f"NatGateway{number}",
            AllocationId=GetAtt(address, "AllocationId"),
            SubnetId=Ref(f"PublicSubnet{number}"),
            Tags=_named(app, "nat", str(number)),
        )
    )


def _add_outputs(template: Template) -> None:
    template.add_output(Output(wires.VPC, Value=Ref("Vpc")))
    for output, side in ((wires.PUBLIC_SUBNETS, "Public"), (wires.PRIVATE_SUBNETS, "Private")):
        subnets_of_side = [Ref(f"{side}Subnet{zone}") for zone in range(1, ZONES + 1)]
        template.add_output(Output(output, Value=Join(",", subnets_of_side)))

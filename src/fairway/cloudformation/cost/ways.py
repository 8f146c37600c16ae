"""What the ways in and out cost: load balancers, NAT gateways, endpoints, public addresses, and traffic."""

from collections.abc import Iterator

from fairway.cloudformation.cost.reading import Reading
from fairway.domain.aws.cost import HOURS, Item, Unit, exactly

BALANCER, NAT, ADDRESS, ENDPOINT = (
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::EC2::NatGateway",
    "AWS::EC2::EIP",
    "AWS::EC2::VPCEndpoint",
)
LCU = "25 new connections a second, 3000 open ones, or 1 GB an hour"
FREE = "the first 100 GB a month of an account are free"


def balancers(reading: Reading) -> Iterator[Item]:
    """Each with a public address in each of its zones, unless it is an internal one."""
    for name, balancer in reading.resources(BALANCER):
        yield reading.hourly(name, "load balancer", "alb.hour", exactly(1))
        lcus = reading.usage.lcus
        assumed = f"{lcus:g} LCU in each hour ({LCU})"
        yield reading.item(name, "load balancer, use", "alb.lcu", Unit.HOUR, exactly(lcus * HOURS), assumed)
        if balancer.get("Scheme") != "internal":
            yield reading.addresses(name, exactly(reading.count(balancer.get("Subnets"))))
        yield reading.item(name, "traffic out to the internet", "transfer.gb", Unit.GB, None, FREE)


def gateways(reading: Reading) -> Iterator[Item]:
    """NAT gateways, and the addresses that stacks reserve."""
    for name, _ in reading.resources(NAT):
        yield reading.hourly(name, "NAT gateway", "nat.hour", exactly(1))
        size = reading.usage.nat_gb
        yield reading.item(name, "NAT gateway, data", "nat.gb", Unit.GB, exactly(size), f"{size:g} GB")
    for name, _ in reading.resources(ADDRESS):
        yield reading.addresses(name, exactly(1))


def endpoints(reading: Reading) -> Iterator[Item]:
    """Interface endpoints, one in each of their subnets; those of the kind Gateway cost nothing."""
    for name, endpoint in reading.resources(ENDPOINT):
        if endpoint.get("VpcEndpointType") != "Interface":
            continue
        count = reading.count(endpoint.get("SubnetIds"))
        yield reading.hourly(name, "interface endpoint", "endpoint.hour", exactly(count))
        size = reading.usage.endpoint_gb
        yield reading.item(name, "interface endpoint, data", "endpoint.gb", Unit.GB, exactly(size), f"{size:g} GB")

"""The stacks of an app become an estimate of what they cost in a month.

Every type of resource is either priced here or known to cost nothing by itself; one that is neither is an item whose
price is unknown, so that nothing is forgotten in silence.
"""

from collections.abc import Callable, Iterator, Sequence

from fairway.cloudformation.cost import delivery, machines, prices, tasks, watching, ways
from fairway.cloudformation.cost.reading import Reading, Usage
from fairway.domain.aws.cost import Estimate, Item, Unit, exactly
from fairway.domain.aws.stack import Stack

PRICING: tuple[Callable[[Reading], Iterator[Item]], ...] = (
    tasks.price,
    machines.instances,
    machines.databases,
    ways.balancers,
    ways.gateways,
    ways.endpoints,
    watching.kept,
    watching.guarded,
    watching.logs,
    watching.alarms,
    delivery.projects,
    delivery.pipelines,
)
PRICED = frozenset(
    {
        tasks.SERVICE,
        tasks.DEFINITION,
        machines.GROUP,
        machines.DATABASE,
        ways.BALANCER,
        ways.NAT,
        ways.ADDRESS,
        ways.ENDPOINT,
        watching.SECRET,
        watching.IMAGES,
        watching.BUCKET,
        watching.TABLE,
        watching.LOG,
        watching.ALARM,
        watching.POLICY,
        watching.CLUSTER,
        delivery.PROJECT,
        delivery.PIPELINE,
    }
)
FREE_SERVICES = ("ApplicationAutoScaling", "CodeConnections", "CodeStarConnections", "IAM")
FREE = frozenset(
    {
        "AWS::CertificateManager::Certificate",
        "AWS::EC2::FlowLog",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::LaunchTemplate",
        "AWS::EC2::Route",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::Subnet",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::ECS::CapacityProvider",
        "AWS::ECS::ClusterCapacityProviderAssociations",
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::ListenerCertificate",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::Route53::RecordSet",
        "AWS::S3::BucketPolicy",
        "AWS::SecretsManager::ResourcePolicy",
        # The first 14 million times a month are free.
        "AWS::Scheduler::Schedule",
        "AWS::Scheduler::ScheduleGroup",
        # What they hand on costs less than a cent a month.
        "AWS::Events::Rule",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
    }
)
"""Types that cost nothing by themselves, or so little that it never shows."""
DEFAULT = Usage()


def estimate(stacks: Sequence[Stack], region: str, usage: Usage = DEFAULT) -> Estimate:
    """What the stacks cost, from the price table of the package. A region that it lacks gives items without a price."""
    table = prices.of_region(region)
    items: list[Item] = []
    for stack in stacks:
        reading = Reading(stack=stack, prices=table, usage=usage)
        for pricing in PRICING:
            items += pricing(reading)
        items += _unheard_of(reading)
    return Estimate(region=region, date=table.date, items=tuple(items))


def is_known(kind: str) -> bool:
    """Whether it is known what a type of resource costs, or that it costs nothing."""
    return kind in PRICED or kind in FREE or kind.split("::")[1] in FREE_SERVICES


def _unheard_of(reading: Reading) -> Iterator[Item]:
    for name, resource in reading.stack.template.get("Resources", {}).items():
        if not is_known(resource["Type"]):
            yield reading.item(name, resource["Type"].removeprefix("AWS::"), "", Unit.MONTH, exactly(1))

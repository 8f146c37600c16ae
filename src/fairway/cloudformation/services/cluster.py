"""The cluster, whose machines its tasks run on, and the security group that they are in."""

from typing import Any

from troposphere import Ref, Tags, Template, ec2, ecs

from fairway.cloudformation import argued, wires
from fairway.cloudformation.services import instances
from fairway.cloudformation.services.place import CLUSTER, TASK_GROUP, Place
from fairway.domain.aws.wanted import Capacity

PROVIDERS = "CapacityProviders"
"""Logical id of what ties the providers to the cluster: whoever runs a task waits for it."""
ON_DEMAND, SPOT = "FARGATE", "FARGATE_SPOT"

NO_INSIGHTS = {
    "CKV_AWS_65": "Container Insights are charged for by the metric; they are on where an alarm needs them, which is "
    "where aws.alarm_topic is written."
}


def add(template: Template, place: Place) -> None:
    """The cluster, its providers, and the group of its tasks."""
    alarmed = place.hosting.alarm_topic is not None
    template.add_resource(
        ecs.Cluster(
            CLUSTER,
            ClusterName=place.cluster,
            ClusterSettings=[ecs.ClusterSetting(Name="containerInsights", Value="enabled" if alarmed else "disabled")],
            **({} if alarmed else {"Metadata": argued.exceptions(NO_INSIGHTS)}),
        )
    )
    if place.on_instances:
        instances.add(template, place)
    _associate(template, place)
    _add_group(template, place)


def strategy(place: Place, *, least: int) -> list[dict[str, Any]]:
    """Where the tasks of a service run that never has fewer than `least`; of a job: 0.

    Spot capacity is taken back with two minutes' notice. Of a service that has several tasks always, one stays where
    that does not happen. A job that is cut off is not begun again, so it never runs there.
    """
    if place.on_instances:
        return [{"CapacityProvider": Ref(instances.PROVIDER), "Weight": 1}]
    if place.hosting.capacity is Capacity.FARGATE or least == 0:
        return [{"CapacityProvider": ON_DEMAND, "Weight": 1}]
    spot = {"CapacityProvider": SPOT, "Weight": 1}
    return [{"CapacityProvider": ON_DEMAND, "Base": 1, "Weight": 0}, spot] if least > 1 else [spot]


def _associate(template: Template, place: Place) -> None:
    """Fargate's two are always there: a service that moves to them or away needs both sides while it moves."""
    own = [Ref(instances.PROVIDER)] if place.on_instances else []
    template.add_resource(
        ecs.ClusterCapacityProviderAssociations(
            PROVIDERS,
            Cluster=Ref(CLUSTER),
            CapacityProviders=[ON_DEMAND, SPOT, *own],
            DefaultCapacityProviderStrategy=[ecs.CapacityProviderStrategy(**each) for each in strategy(place, least=0)],
        )
    )


def _add_group(template: Template, place: Place) -> None:
    """Who may come in is said beside the load balancer: nobody, where there is none. Where an app has to connect to,
    only the app knows."""
    template.add_resource(
        ec2.SecurityGroup(
            TASK_GROUP,
            GroupDescription="The tasks; the load balancer alone reaches them",
            VpcId=Ref(wires.VPC),
            SecurityGroupEgress=[
                ec2.SecurityGroupRule(IpProtocol="-1", CidrIp="0.0.0.0/0", Description="Wherever the app connects to")
            ],
            Tags=Tags(Name=f"{place.cluster}-tasks"),
        )
    )

"""ECS's services: which task definition runs how often, how it is replaced, and what happens when that fails.

ECS counts the failures of a deployment, gives up and goes back by itself (circuit breaker); CloudFormation sees that,
and takes the stack back.
"""

from typing import Any

from troposphere import GetAtt, NoValue, Output, Ref, Template, ecs

from fairway.cloudformation import wires
from fairway.cloudformation.services import balancing, checks, closing, cluster, tasks
from fairway.cloudformation.services.place import CLUSTER, HAS_IMAGE, Place
from fairway.domain.app import Service
from fairway.domain.aws import names


def add(template: Template, place: Place) -> None:
    """Every service, and its name as an output."""
    for service in place.environment.services:
        template.add_resource(_service(place, service))
        template.add_output(
            Output(
                wires.service(service.name),
                Condition=HAS_IMAGE,
                Description="The service's name",
                Value=GetAtt(logical(service.name), "Name"),
            )
        )


def logical(service: str) -> str:
    """Logical id of a service."""
    return names.logical("running", service)


def _service(place: Place, service: Service) -> Any:
    rollout = place.environment.rollout
    least = service.replicas if service.scaling is None else max(1, service.scaling.minimum)
    strategy = cluster.strategy(place, least=max(1, least))
    behind = _behind(service) if service is place.routed else {}
    # Tasks are moved between zones by starting the new one first, for which there has to be room.
    balanced = rollout.maximum_percent > 100
    return ecs.Service(
        logical(service.name),
        Condition=HAS_IMAGE,
        DependsOn=[cluster.PROVIDERS, *([balancing.LISTENER] if behind else [])],
        Cluster=Ref(CLUSTER),
        ServiceName=service.name,
        TaskDefinition=Ref(tasks.definition(service.name)),
        **_count(place, service),
        CapacityProviderStrategy=[ecs.CapacityProviderStrategyItem(**each) for each in strategy],
        ForceNewDeployment=ecs.ForceNewDeployment(
            EnableForceNewDeployment=True, ForceNewDeploymentNonce=_capacity(place, strategy)
        ),
        **({} if place.on_instances else {"PlatformVersion": "LATEST"}),
        NetworkConfiguration=ecs.NetworkConfiguration(
            AwsvpcConfiguration=ecs.AwsvpcConfiguration(**place.network()),
        ),
        DeploymentConfiguration=ecs.DeploymentConfiguration(
            MinimumHealthyPercent=rollout.minimum_healthy_percent,
            MaximumPercent=rollout.maximum_percent,
            DeploymentCircuitBreaker=ecs.DeploymentCircuitBreaker(Enable=True, Rollback=closing.goes_back(place)),
        ),
        AvailabilityZoneRebalancing="ENABLED" if balanced else "DISABLED",
        EnableExecuteCommand=True,
        EnableECSManagedTags=True,
        PropagateTags="SERVICE",
        **behind,
    )


def _capacity(place: Place, strategy: list[dict[str, Any]]) -> str:
    """The strategy in a word, `fargate_spot-1`: of another one ECS demands that a new deployment is forced. Whether
    CloudFormation would force one at every update is not said; nearly all have another task definition anyway."""
    return "-".join([place.hosting.capacity.value, *(str(each["Base"]) for each in strategy if "Base" in each)])


def _count(place: Place, service: Service) -> dict[str, Any]:
    """How many tasks; nothing of a service that is scaled.

    CloudFormation sends the count along with every update of the service: one that is written would throw away what
    scaling has reached. Left out, a new service begins with one task, which scaling brings to its minimum, and an
    existing one keeps what it has (containers-roadmap 493).
    """
    count = closing.counted(place, service, NoValue if service.scaling is not None else service.replicas)
    return {} if count is NoValue else {"DesiredCount": count}


def _behind(service: Service) -> dict[str, Any]:
    """What ties it to the load balancer."""
    return {
        "LoadBalancers": [
            ecs.LoadBalancer(
                ContainerName=service.name, ContainerPort=service.port, TargetGroupArn=Ref(balancing.TARGETS)
            )
        ],
        "HealthCheckGracePeriodSeconds": checks.grace(service.health),
    }

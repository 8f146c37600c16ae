"""A service as CreateService and UpdateService take it, and what ECS says when it will not have one. Pure."""

from collections.abc import Mapping
from typing import Any

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.ecs import definition
from fairway.adapters.ecs.places import Place
from fairway.domain.desired import DesiredService, TaskSpec
from fairway.errors import Conflict, FairwayError, WorkFailed

WRONG = (
    "ClientException",
    "InvalidParameterException",
    "ClusterNotFoundException",
    "PlatformUnknownException",
    "PlatformTaskDefinitionIncompatibilityException",
    "UnsupportedFeatureException",
    "LimitExceededException",
)
"""What ECS would answer a second time too."""
GONE = ("ServiceNotFoundException", "ServiceNotActiveException")
"""Somebody deleted the service."""
GRACE = 7200
"""Seconds of grace at most; ECS would take more."""


def describe(service: DesiredService, place: Place, revision: str, *, routed: bool) -> dict[str, Any]:
    """What CreateService and UpdateService have in common."""
    spec, group = service.spec, place.target_group
    balanced = routed and group is not None and spec.port is not None
    targets = [{"targetGroupArn": group, "containerName": spec.service, "containerPort": spec.port}] if balanced else []
    grace = {"healthCheckGracePeriodSeconds": definition.bounded(spec.health.timing.start_period, 0, GRACE)}
    return {
        "taskDefinition": revision,
        "desiredCount": service.replicas,
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "minimumHealthyPercent": service.rollout.minimum_healthy_percent,
            "maximumPercent": service.rollout.maximum_percent,
        },
        "networkConfiguration": network(place),
        # For `fairway exec`. ECS refuses it of tasks without a role of their own.
        "enableExecuteCommand": place.task_role is not None,
        "loadBalancers": targets,
        # Without a load balancer ECS takes no grace period.
        **(grace if balanced else {}),
    }


def changes(wanted: Mapping[str, Any], described: Mapping[str, Any]) -> dict[str, Any]:
    """What UpdateService is given for a service that is described so. With a service's first load balancer ECS takes no
    grace period (cloudformation-coverage-roadmap#1313): it comes with the deployment after that."""
    balanced = bool(described.get("loadBalancers"))
    return {key: value for key, value in wanted.items() if balanced or key != "healthCheckGracePeriodSeconds"}


def network(place: Place) -> dict[str, Any]:
    """Where tasks get their addresses. On EC2 instances ECS gives none on the internet."""
    public = place.public and place.capacity != "EC2"
    return {
        "awsvpcConfiguration": {
            "subnets": list(place.subnets),
            "securityGroups": list(place.security_groups),
            "assignPublicIp": "ENABLED" if public else "DISABLED",
        }
    }


def launch(place: Place) -> dict[str, Any]:
    """On whose machines. Spot is a capacity provider, which the cluster has to have; the others need nothing of it."""
    if place.capacity == "FARGATE_SPOT":
        return {"capacityProviderStrategy": [{"capacityProvider": place.capacity, "weight": 1}]}
    return {"launchType": place.capacity}


def refused(spec: TaskSpec, refusal: Refused) -> FairwayError:
    """What ECS would not take, in its words."""
    if refusal.code in GONE:
        return Conflict(f"{spec.service} of {spec.app} was deleted at this moment", why=refusal.message)
    return WorkFailed(
        f"ECS refuses {spec.service} of {spec.app}",
        why=f"{refusal.code}: {refusal.message}",
        hint="put right what it names, in fairway.toml or ecs.toml, and deploy again: fairway retry",
    )

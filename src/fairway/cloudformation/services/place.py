"""Where the services and jobs of one environment run: what every part of the SERVICES stack has to know of it."""

from dataclasses import dataclass
from typing import Any

from troposphere import Ref

from fairway.cloudformation import wires
from fairway.domain.app import App, Environment, Service
from fairway.domain.aws import names
from fairway.domain.aws.wanted import SMALLEST, Capacity, Hosting, Size

HAS_IMAGE = "HasImage"
"""The condition that a deployment has been: without an image there is no task to define, and no service to run it."""
CLUSTER, TASK_GROUP = "EcsCluster", "TaskGroup"
"""Logical ids of the cluster, and of the security group that every task is in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`variables` are the names of the environment's own, those aside that Fairway or a database gives."""

    app: App
    environment: Environment
    hosting: Hosting
    variables: tuple[str, ...]

    @property
    def cluster(self) -> str:
        """The cluster's name."""
        return names.cluster(self.app.name, self.environment.name)

    @property
    def routed(self) -> Service | None:
        """The service behind the load balancer; None, and there is no load balancer."""
        return self.environment.routed

    @property
    def secure(self) -> bool:
        """Whether the load balancer speaks HTTPS: by a certificate that exists, or by one that is made and proven."""
        return self.hosting.certificate is not None or self.proves

    @property
    def proves(self) -> bool:
        """Whether a certificate is made for the environment's domains."""
        return self.hosting.certificate is None and self.hosting.zone is not None and bool(self.environment.domains)

    @property
    def closes(self) -> bool:
        """Whether the environment may be closed while its database is migrated."""
        return self.environment.migrations is not None and self.environment.migrations.maintenance

    @property
    def on_instances(self) -> bool:
        """Whether tasks run on instances of the account's own."""
        return self.hosting.capacity is Capacity.EC2

    @property
    def role_path(self) -> str:
        """The path of the environment's roles."""
        return names.path(self.app.name, self.environment.name, "services")

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of all services and jobs."""
        return (*(each.name for each in self.environment.services), *(each.name for each in self.environment.jobs))

    def size(self, part: str) -> Size:
        """What a task of a service or a job gets."""
        return self.hosting.sizes.get(part, SMALLEST)

    def network(self) -> dict[str, Any]:
        """Subnets, security groups and public addresses of every task, as AwsvpcConfiguration has them."""
        public = self.hosting.public_tasks
        clients = [Ref(wires.DATABASE_CLIENTS)] if self.environment.databases else []
        found = {
            "Subnets": Ref(wires.PUBLIC_SUBNETS if public else wires.PRIVATE_SUBNETS),
            "SecurityGroups": [Ref(TASK_GROUP), *clients],
        }
        # The key is for Fargate: a task on an instance never gets a public address.
        return found if self.on_instances else {**found, "AssignPublicIp": "ENABLED" if public else "DISABLED"}

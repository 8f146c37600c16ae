"""Why a task leaves, in the words that the plan, the event log and the tests share."""

from collections.abc import Mapping
from dataclasses import dataclass

from fairway.domain.desired import TaskSpec
from fairway.domain.ids import ServiceName
from fairway.domain.observed import ObservedTask
from fairway.domain.standing import Standing

CLOSED = "the environment is closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """The causes of one environment's plan; `specs` are what its services should run, unless it is `closed`."""

    specs: Mapping[ServiceName, TaskSpec]
    closed: bool = False

    def old(self, each: ObservedTask) -> str:
        """Of a task of another deployment than the desired one, or of a service that is not wanted any more."""
        if not self.specs:
            return "the environment is taken down"
        if self.closed:
            return CLOSED
        spec = self.specs.get(each.task.service)
        if spec is None:
            return "the service was removed"
        if spec.release != each.task.release:
            return f"replaced by release {spec.release}"
        return f"replaced by deployment {spec.deployment}"

    def sick(self, each: ObservedTask) -> str:
        """Of a task whose probes fail."""
        return f"unhealthy: {each.health.last.detail}" if each.health.last else "unhealthy"

    def surplus(self, service: Standing) -> str:
        """Of a task above the desired number."""
        return CLOSED if self.closed else f"scaled to {service.replicas}"

"""What the processes of an environment are told through their variables."""

from collections.abc import Awaitable, Callable, Mapping

from fairway.domain.desired import TaskSpec
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.observed import Task

Variables = Callable[[AppName, EnvironmentName, int, ServiceName], Awaitable[Mapping[str, str]]]
"""The variables of a service's tasks by the version of their environment's configuration."""


def told(spec: TaskSpec) -> Mapping[str, str]:
    """What Fairway tells every task of the specification. The port is the one that is probed, so it wins over a PORT of
    the environment's own."""
    port = {} if spec.port is None else {"PORT": str(spec.port)}
    return {
        **port,
        "FAIRWAY_APP": spec.app,
        "FAIRWAY_ENVIRONMENT": spec.environment,
        "FAIRWAY_RELEASE": str(spec.release),
        "FAIRWAY_SERVICE": spec.service,
    }


def environment_of(task: Task, spec: TaskSpec, values: Mapping[str, str]) -> Mapping[str, str]:
    """The environment's own variables, and those that say where the process is."""
    return {**values, **told(spec), "FAIRWAY_TASK": task.id}

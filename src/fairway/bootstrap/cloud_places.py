"""Where the tasks run that a stage on AWS starts once: a migration's, or a command of one's own."""

from fairway.adapters.ecs.places import Place
from fairway.domain.aws.actplace import ActPlace
from fairway.domain.aws.guardplace import GuardPlace


def on_fargate(place: ActPlace | GuardPlace, *, public: bool = False) -> Place:
    """Always on Fargate, whatever the services run on: Spot may take a machine back in the middle of a task, and an
    instance may have no room. `public`: the task has an address on the internet."""
    return Place(
        cluster=place.cluster,
        subnets=place.subnets,
        security_groups=place.groups,
        execution_role=place.role,
        log_group=place.logs,
        task_role=place.task_role,
        public=public,
        architecture=place.architecture.upper(),
    )

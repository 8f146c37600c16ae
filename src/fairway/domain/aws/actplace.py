"""Where the commands of one environment's own actions run on AWS."""

from dataclasses import dataclass

from fairway.domain.aws.wanted import Architecture


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPlace:
    """A task runs in `cluster`, on Fargate, in the subnets and security groups of the services; `public`: it has an
    address on the internet, as theirs have. `role` is the ARN of the role by which ECS starts it, `task_role` of what
    the app itself may do; `logs` is its log group's name. `instance` is what its tasks are known again by."""

    instance: str
    region: str
    cluster: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    public: bool
    role: str
    task_role: str
    logs: str
    architecture: Architecture

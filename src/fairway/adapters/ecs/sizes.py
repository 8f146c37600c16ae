"""CPU and memory of a task in ECS's units. Fargate has certain pairs only: the smallest that holds what fairway.toml
asks for is taken, for it is the pair that is paid."""

from fairway.domain.aws import fargate
from fairway.domain.aws.fargate import MIB, UNITS
from fairway.domain.aws.wanted import Size
from fairway.errors import WorkFailed

LEAST_CPU, LEAST_MEMORY = 128, 6
"""What ECS takes on EC2 instances: units, and MiB."""


def fit(name: str, cores: float, memory: int, capacity: str) -> Size:
    """The size for so many cores and bytes. Raises WorkFailed for more than Fargate has."""
    units, mib = -int(-cores * UNITS // 1), -(-memory // MIB)
    if capacity == "EC2":
        return Size(cpu=max(LEAST_CPU, units), memory=max(LEAST_MEMORY, mib))
    for size in fargate.sizes():
        if size.cpu >= units and size.memory >= mib:
            return size
    largest = list(fargate.sizes())[-1]
    raise WorkFailed(
        f"{name} is too large for Fargate: {cores:g} cores and {fargate.in_words(mib)}",
        why=f"the largest task there has {fargate.written(largest)}",
        hint=f"lower cpu or memory of {name} in fairway.toml",
    )
